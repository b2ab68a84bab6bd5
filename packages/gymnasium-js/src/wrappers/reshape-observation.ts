import type { Env } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import { Box } from "../spaces/box.ts";
import { type DType, sizeOf } from "../spaces/dtype.ts";
import type { Space } from "../spaces/space.ts";
import { requireBox } from "./require-box.ts";
import { TransformObservation } from "./transform-observation.ts";

/** Gives a `Box` observation another shape of the same size. Elements are held flat, so only the space changes. */
export class ReshapeObservation<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends TransformObservation<Observation, Action> {
  readonly #shape: readonly number[];

  /** @throws GymnasiumError `bad-kwarg` if the sizes differ, `bad-space` for other spaces. */
  constructor(env: Env<Observation, Action>, shape: readonly number[]) {
    const box = requireBox("ReshapeObservation", env.observationSpace);
    if (sizeOf(shape) !== box.size) {
      throw new GymnasiumError(
        "bad-kwarg",
        `ReshapeObservation: [${shape.join(", ")}] has not the size of ${box}.`,
      );
    }
    const reshaped = new Box<DType>(box.low, box.high, { shape, dtype: box.dtype }) as unknown as Observation;
    super(env, (observation) => observation, reshaped);
    this.#shape = shape;
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "ReshapeObservation", args: [this.#shape] };
  }
}
