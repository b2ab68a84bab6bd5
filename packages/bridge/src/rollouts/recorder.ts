import { GradbridgeError } from "@gradbridge/core";
import type { Acted } from "./actor.ts";
import type { RewardNormalizer } from "./reward-normalizer.ts";
import type { Episode, Rollout, RolloutColumn, RolloutPosition } from "./rollout.ts";

/** What was done in a rollout, [T, B, …] each. */
export interface Played {
  /** T · B */
  readonly rows: number;
  readonly outputs: Rollout["outputs"];
  readonly action: RolloutColumn;
  readonly mask: Int8Array | null;
}

/** The arrays of a rollout while it is collected. */
export class Recorder {
  readonly #steps: number;
  readonly #numEnvs: number;
  readonly #observationSize: number;
  /** [T + 1, B, size]: the last block is where the next rollout starts. */
  readonly #observation: Float32Array;
  /** [T + 1, B, choices], likewise. */
  readonly #mask: Int8Array | null;
  readonly #reward: Float64Array;
  readonly #terminated: Uint8Array;
  readonly #truncated: Uint8Array;
  readonly #finalValue: Float32Array;
  #action: RolloutColumn | null = null;
  readonly #outputs: Record<string, RolloutColumn> = {};
  readonly #episodes: Episode[] = [];
  readonly #episodeReturn: Float64Array;
  readonly #episodeLength: Int32Array;

  constructor(steps: number, numEnvs: number, observationSize: number, start: RolloutPosition) {
    this.#steps = steps;
    this.#numEnvs = numEnvs;
    this.#observationSize = observationSize;
    this.#observation = new Float32Array((steps + 1) * numEnvs * observationSize);
    this.#observation.set(start.observation);
    this.#mask = start.mask === undefined ? null : new Int8Array((steps + 1) * start.mask.length);
    if (start.mask !== undefined) this.#mask?.set(start.mask);
    this.#reward = new Float64Array(steps * numEnvs);
    this.#terminated = new Uint8Array(steps * numEnvs);
    this.#truncated = new Uint8Array(steps * numEnvs);
    this.#finalValue = new Float32Array(steps * numEnvs);
    this.#episodeReturn = start.episodeReturn.slice();
    this.#episodeLength = start.episodeLength.slice();
  }

  /** [B, size], to be written for t = 1 … T. */
  observationAt(t: number): Float32Array {
    const size = this.#numEnvs * this.#observationSize;
    return this.#observation.subarray(t * size, (t + 1) * size);
  }

  /** [B, choices]; null where no masks are recorded. */
  maskAt(t: number): Int8Array | null {
    if (this.#mask === null) return null;
    const size = this.#mask.length / (this.#steps + 1);
    return this.#mask.subarray(t * size, (t + 1) * size);
  }

  recordMask(t: number, mask: Int8Array): void {
    this.#mask?.set(mask, t * mask.length);
  }

  recordActed(t: number, { action, outputs }: Acted): void {
    this.#action ??= this.#columnLike(action);
    this.#action.values.set(action.values, t * action.values.length);
    for (const name in outputs) {
      const { values } = outputs[name]!;
      this.#outputs[name] ??= this.#columnLike(outputs[name]!);
      this.#outputs[name].values.set(values, t * values.length);
    }
  }

  /** Room for T steps of what this is one of. */
  #columnLike({ values, size, scalar }: RolloutColumn): RolloutColumn {
    const ArrayType = values instanceof Int32Array ? Int32Array : Float32Array;
    return { values: new ArrayType(this.#steps * values.length), size, scalar };
  }

  /** @throws code `non-finite` for a reward; nothing has learned from it then. */
  recordStep(
    t: number,
    rewards: Float64Array,
    terminated: Uint8Array,
    truncated: Uint8Array,
    normalizer: RewardNormalizer | undefined,
  ): void {
    const at = t * this.#numEnvs;
    for (let env = 0; env < this.#numEnvs; env++) {
      const reward = rewards[env]!;
      this.#reward[at + env] = reward;
      this.#terminated[at + env] = terminated[env]!;
      this.#truncated[at + env] = truncated[env]!;
      if (!Number.isFinite(reward)) {
        throw new GradbridgeError(
          "non-finite",
          `reward is ${reward} in environment ${env} at step ${t} of the rollout.`,
        );
      }
      this.#episodeReturn[env]! += reward;
      this.#episodeLength[env]! += 1;
      if (terminated[env] === 1 || truncated[env] === 1) {
        this.#episodes.push({ return: this.#episodeReturn[env]!, length: this.#episodeLength[env]! });
        this.#episodeReturn[env] = 0;
        this.#episodeLength[env] = 0;
      }
    }
    normalizer?.normalize(rewards, terminated, truncated, this.#reward.subarray(at, at + this.#numEnvs));
  }

  /** The environments whose episode was truncated in step t, and not terminated; null where there are none. */
  cutOffAt(t: number): readonly number[] | null {
    const at = t * this.#numEnvs;
    let rows: number[] | null = null;
    for (let env = 0; env < this.#numEnvs; env++) {
      if (this.#truncated[at + env] !== 1 || this.#terminated[at + env] === 1) continue;
      rows ??= [];
      rows.push(env);
    }
    return rows;
  }

  recordFinalValues(t: number, rows: readonly number[], values: Float32Array): void {
    rows.forEach((env, i) => {
      this.#finalValue[t * this.#numEnvs + env] = values[i]!;
    });
  }

  played(): Played {
    const rows = this.#steps * this.#numEnvs;
    return {
      rows,
      outputs: this.#outputs,
      action: this.#action!,
      mask: this.#mask?.subarray(0, (this.#mask.length / (this.#steps + 1)) * this.#steps) ?? null,
    };
  }

  /** The observations whose values are not known yet: where the rollout ends, and all before unless acting gave their values. */
  unvalued(): Float32Array {
    return this.#outputs.value === undefined ? this.#observation : this.observationAt(this.#steps);
  }

  /**
   * @param logProb of what was {@link played}
   * @param values v of what was {@link unvalued}; null for a policy without
   */
  finish(logProb: Float32Array, values: Float32Array | null): Rollout {
    const { rows, action, mask } = this.played();
    const observation = this.#observation.subarray(0, rows * this.#observationSize);
    const numbers = values ?? new Float32Array(rows + this.#numEnvs);
    const lastValue = numbers.subarray(numbers.length - this.#numEnvs);
    if (values !== null) this.#outputs.value ??= { values: values.slice(0, rows), size: 1, scalar: true };
    const outputs = this.#outputs;
    const value = (outputs.value?.values as Float32Array | undefined) ?? numbers.slice(0, rows);
    const lastMask = this.maskAt(this.#steps);
    return {
      steps: this.#steps,
      numEnvs: this.#numEnvs,
      observation: { values: observation, size: this.#observationSize, scalar: false },
      action,
      ...(mask !== null && {
        mask: { values: Int32Array.from(mask), size: mask.length / rows, scalar: false },
      }),
      outputs,
      logProb,
      reward: this.#reward,
      terminated: this.#terminated,
      truncated: this.#truncated,
      value,
      nextValue: this.#nextValue(value, lastValue),
      hasValue: values !== null,
      episodes: this.#episodes,
      end: {
        observation: this.observationAt(this.#steps).slice(),
        episodeReturn: this.#episodeReturn,
        episodeLength: this.#episodeLength,
        ...(lastMask !== null && { mask: lastMask.slice() }),
      },
    };
  }

  /** v(sₜ₊₁) before any reset: 0 after a termination, the final observation's after a truncation. */
  #nextValue(value: Float32Array, lastValue: Float32Array): Float32Array {
    const next = new Float32Array(value.length);
    const shift = this.#numEnvs;
    for (let i = 0; i < next.length; i++) {
      if (this.#terminated[i] === 1) next[i] = 0;
      else if (this.#truncated[i] === 1) next[i] = this.#finalValue[i]!;
      else next[i] = i + shift < value.length ? value[i + shift]! : lastValue[i + shift - value.length]!;
    }
    return next;
  }
}

/**
 * Refuses observations that are not finite.
 * @param step after which they were seen; −1 for the first ones
 * @param envs the environment of each row; default 0, 1, …
 * @throws code `non-finite` naming element and environment.
 */
export function checkObservations(
  values: Float32Array,
  size: number,
  step: number,
  envs?: readonly number[],
): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    const row = Math.floor(i / size);
    const when = step < 0 ? "after the reset" : `after step ${step} of the rollout`;
    throw new GradbridgeError(
      "non-finite",
      `observation[${i % size}] is ${values[i]} in environment ${envs?.[row] ?? row} ${when}.`,
    );
  }
}
