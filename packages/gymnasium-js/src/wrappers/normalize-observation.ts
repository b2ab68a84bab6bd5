import type { Env } from "../env.ts";
import type { JsonValue } from "../json.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import { Box } from "../spaces/box.ts";
import type { Space } from "../spaces/space.ts";
import { ObservationWrapper } from "../wrapper.ts";
import { requireBox } from "./require-box.ts";
import { RunningMeanStd } from "./running-mean-std.ts";

/**
 * Shifts and scales `Box` observations to mean 0 and variance 1, as learned from all observations so far.
 *
 * Set `updateRunningMean` to `false` to stop learning, for evaluation.
 */
export class NormalizeObservation<Action extends Space = Space> extends ObservationWrapper<
  Box,
  Action,
  Space
> {
  /** What was learned. */
  readonly statistics: RunningMeanStd;
  /** Whether observations are still learned from. */
  updateRunningMean = true;
  readonly #epsilon: number;

  /**
   * @param epsilon - added to the variance, against division by zero.
   * @throws GymnasiumError `bad-space` unless observations are a `Box`.
   */
  constructor(env: Env<Space, Action>, epsilon = 1e-8) {
    super(env);
    const box = requireBox("NormalizeObservation", env.observationSpace);
    this.observationSpace = new Box(Number.NEGATIVE_INFINITY, Infinity, { shape: box.shape });
    this.statistics = new RunningMeanStd(box.size, true);
    this.#epsilon = epsilon;
  }

  override observation(observation: unknown): Float32Array {
    const values = observation as ArrayLike<number>;
    if (this.updateRunningMean) this.statistics.update(values, 1);
    return Float32Array.from(values, (value, place) =>
      this.statistics.normalize(value, place, this.#epsilon),
    );
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "NormalizeObservation", args: [this.#epsilon] };
  }

  protected override ownState(): JsonValue {
    return this.statistics.state();
  }

  protected override restoreOwn(own: JsonValue): void {
    this.statistics.restore(own);
  }
}
