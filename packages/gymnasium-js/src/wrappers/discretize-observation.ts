import type { Env } from "../env.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import { Discrete } from "../spaces/discrete.ts";
import { MultiDiscrete } from "../spaces/multi-discrete.ts";
import type { Space } from "../spaces/space.ts";
import { Bins } from "./bins.ts";
import { requireFiniteBox } from "./require-box.ts";
import { TransformObservation } from "./transform-observation.ts";

/** Sorts a bounded `Box` observation into equal bins: one number for all places, or (`multidiscrete`) one for each. */
export class DiscretizeObservation<Action extends Space = Space> extends TransformObservation<
  Discrete | MultiDiscrete,
  Action,
  Space
> {
  readonly #args: readonly [number | readonly number[], boolean];
  readonly #bins: Bins;

  /** @throws GymnasiumError `bad-space` for open bounds, `bad-kwarg` for wrong bins. */
  constructor(env: Env<Space, Action>, bins: number | readonly number[], multidiscrete = false) {
    const box = requireFiniteBox("DiscretizeObservation", env.observationSpace);
    const made = new Bins("DiscretizeObservation", box, bins);
    const round = box.dtype === "float32" ? Math.fround : (value: number): number => value;
    const sort = (seen: ArrayLike<number>): Int32Array =>
      made.counts.map((count, i) => {
        const value = Math.max(Math.min(seen[i]!, round(box.high[i]! - 1e-8)), box.low[i]!);
        let bin = 0;
        while (bin < count - 1 && value >= made.edges[i]![bin + 1]!) bin += 1;
        return bin;
      });
    super(
      env,
      (seen) => (multidiscrete ? sort(seen as never) : made.flatten(sort(seen as never))) as never,
      multidiscrete ? new MultiDiscrete(made.counts) : new Discrete(made.total),
    );
    this.#bins = made;
    this.#args = [bins, multidiscrete];
  }

  /** The lower and upper ends of the bins that an observation stands for, `[size]` each. */
  revertObservation(observation: number | Int32Array): readonly [low: Float64Array, high: Float64Array] {
    const indices = typeof observation === "number" ? this.#bins.unflatten(observation) : observation;
    const ends = (shift: number): Float64Array =>
      Float64Array.from(indices, (bin, i) => this.#bins.edges[i]![bin + shift]!);
    return [ends(0), ends(1)];
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "DiscretizeObservation", args: this.#args };
  }
}
