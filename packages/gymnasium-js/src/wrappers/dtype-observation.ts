import type { Env } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import { Box } from "../spaces/box.ts";
import { Discrete } from "../spaces/discrete.ts";
import { createArray, type DType, type NumericArray } from "../spaces/dtype.ts";
import { MultiBinary } from "../spaces/multi-binary.ts";
import { MultiDiscrete } from "../spaces/multi-discrete.ts";
import type { Space } from "../spaces/space.ts";
import { TransformObservation } from "./transform-observation.ts";

/** Casts observations of an array space (or `Discrete`) to another dtype. */
export class DtypeObservation<
  D extends DType = DType,
  Action extends Space = Space,
> extends TransformObservation<Box<D>, Action, Space> {
  readonly #dtype: D;

  /** @throws GymnasiumError `bad-space` for spaces that are no arrays. */
  constructor(env: Env<Space, Action>, dtype: D) {
    const cast = (seen: unknown): NumericArray => {
      const values = typeof seen === "number" ? [seen] : (seen as NumericArray);
      const out = createArray(dtype, values.length) as NumericArray;
      out.set(values);
      return out;
    };
    super(env, (seen) => cast(seen) as never, castSpace(env.observationSpace, dtype));
    this.#dtype = dtype;
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "DtypeObservation", args: [this.#dtype] };
  }
}

function castSpace<D extends DType>(space: Space, dtype: D): Box<D> {
  if (space instanceof Box) return new Box(space.low, space.high, { shape: space.shape, dtype });
  if (space instanceof Discrete) return new Box(space.start, space.start + space.n, { shape: [], dtype });
  if (space instanceof MultiBinary) return new Box(0, 1, { shape: space.shape, dtype });
  if (space instanceof MultiDiscrete) {
    const high = space.start.map((start, i) => start + space.nvec[i]!);
    return new Box(space.start, high, { shape: space.shape, dtype });
  }
  throw new GymnasiumError("bad-space", `DtypeObservation needs a space of arrays, got ${space}.`);
}
