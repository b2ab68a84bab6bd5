import type { Env } from "../env.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import { Discrete } from "../spaces/discrete.ts";
import { createArray, type NumericArray } from "../spaces/dtype.ts";
import { MultiDiscrete } from "../spaces/multi-discrete.ts";
import type { Space } from "../spaces/space.ts";
import { Bins } from "./bins.ts";
import { requireFiniteBox } from "./require-box.ts";
import { TransformAction } from "./transform-action.ts";

/**
 * Offers the centres of equal bins of a bounded `Box` action as choices: one number for all places, or
 * (`multidiscrete`) one for each.
 */
export class DiscretizeAction<Observation extends Space = Space> extends TransformAction<
  Observation,
  Discrete | MultiDiscrete,
  Space
> {
  readonly #args: readonly [number | readonly number[], boolean];
  readonly #bins: Bins;
  readonly #centers: readonly Float64Array[];

  /** @throws GymnasiumError `bad-space` for open bounds, `bad-kwarg` for wrong bins. */
  constructor(env: Env<Observation, Space>, bins: number | readonly number[], multidiscrete = false) {
    const box = requireFiniteBox("DiscretizeAction", env.actionSpace);
    const made = new Bins("DiscretizeAction", box, bins);
    const round = box.dtype === "float32" ? Math.fround : (value: number): number => value;
    const centers = made.edges.map((edges) =>
      Float64Array.from({ length: edges.length - 1 }, (_, bin) => 0.5 * round(edges[bin]! + edges[bin + 1]!)),
    );
    const choose = (action: number | Int32Array): NumericArray => {
      const indices = typeof action === "number" ? made.unflatten(action) : action;
      const chosen = createArray(box.dtype, box.size) as NumericArray;
      for (let i = 0; i < box.size; i++) {
        chosen[i] = centers[i]![Math.min(Math.max(indices[i]!, 0), made.counts[i]! - 1)]!;
      }
      return chosen;
    };
    super(env, choose as never, multidiscrete ? new MultiDiscrete(made.counts) : new Discrete(made.total));
    this.#bins = made;
    this.#centers = centers;
    this.#args = [bins, multidiscrete];
  }

  /** The choice whose centre is closest to an action of the environment. */
  revertAction(action: ArrayLike<number>): number | Int32Array {
    const indices = this.#bins.counts.map((_, i) => {
      const distances = Array.from(this.#centers[i]!, (center) => Math.abs(center - action[i]!));
      return distances.indexOf(Math.min(...distances));
    });
    return this.#args[1] ? indices : this.#bins.flatten(indices);
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "DiscretizeAction", args: this.#args };
  }
}
