import { GradbridgeError, noGrad, tensor, tidy } from "@gradbridge/core";
import type { Policy } from "@gradbridge/policy";
import type { Generator } from "@gradbridge/random";
import type { VectorEnv, VectorInfo } from "gymnasium-js";
import type { ObservationNormalizer } from "./observation-normalizer.ts";
import type { RewardNormalizer } from "./reward-normalizer.ts";
import type { Episode, Rollout, RolloutColumn, RolloutPosition } from "./rollout.ts";
import { actionDecoder, actionValues, type ObservationEncoder, observationEncoder } from "./spaces.ts";

/** Options of {@link collect}. */
export interface CollectOptions {
  /** T: steps per environment. */
  readonly steps: number;
  /** Where actions are drawn. */
  readonly generator: Generator;
  /** Where to continue: `end` of the rollout before. Default: reset all environments. */
  readonly start?: RolloutPosition;
  /** Seed of that reset: environment i gets seed + i. */
  readonly seed?: number;
  /** Learns from every observation; the policy sees them normalised, and the rollout holds them so. */
  readonly normalizeObservation?: ObservationNormalizer;
  /** Learns from every reward; the rollout holds them normalised, its episodes' returns are the environment's own. */
  readonly normalizeReward?: RewardNormalizer;
}

/**
 * Runs a policy for T steps in B environments. Episodes that end are followed by new ones; the value of a truncated
 * episode's last observation is kept as `nextValue`.
 * @throws code `autoreset` unless the environments reset in the same step; `non-finite` for a reward or observation
 *   that is NaN or infinite.
 */
export async function collect(policy: Policy, envs: VectorEnv, options: CollectOptions): Promise<Rollout> {
  const { steps, generator } = options;
  if (envs.autoresetMode !== "same_step") {
    throw new GradbridgeError(
      "autoreset",
      `collect: the environments reset in mode "${envs.autoresetMode}"; make them with { autoresetMode: "same_step" }.`,
    );
  }
  if (!Number.isInteger(steps) || steps < 1) {
    throw new GradbridgeError("option", `collect: steps must be a positive integer, got ${steps}.`);
  }
  const encoder = observationEncoder(envs.singleObservationSpace);
  const decoder = actionDecoder(envs.singleActionSpace);
  const position = options.start ?? (await startOf(envs, encoder, options));
  const recorder = new Recorder(steps, envs.numEnvs, encoder.size, position);
  const { normalizeObservation, normalizeReward } = options;

  for (let t = 0; t < steps; t++) {
    const observation = recorder.observationAt(t);
    const actions = tidy(() => {
      const { action, logProb, outputs } = policy.act(observation, generator);
      const values = actionValues(action);
      recorder.record(t, "action", values, action.shape.length === 1);
      recorder.record(t, "logProb", logProb.dataSync() as Float32Array, true);
      for (const [name, output] of Object.entries(outputs)) {
        recorder.recordOutput(t, name, output.dataSync() as Float32Array, output.shape.length === 1);
      }
      return values;
    });
    const pending = envs.step(decoder.decode(actions) as never);
    const [next, rewards, terminated, truncated, info] = pending instanceof Promise ? await pending : pending;
    encoder.encode(next, recorder.observationAt(t + 1));
    recorder.checkObservation(t + 1);
    recorder.recordStep(t, rewards, terminated, truncated, normalizeReward);
    learnAndNormalize(normalizeObservation, recorder.observationAt(t + 1));
    recorder.recordFinalValues(t, (rows) => {
      const last = finalObservations(encoder, envs, info, rows);
      normalizeObservation?.normalize(last);
      return valuesOf(policy, last, encoder.size);
    });
  }
  return recorder.finish((observation) => valuesOf(policy, observation, encoder.size));
}

async function startOf(
  envs: VectorEnv,
  encoder: ObservationEncoder,
  { seed, normalizeObservation, normalizeReward }: CollectOptions,
): Promise<RolloutPosition> {
  const [batch] = await envs.reset(seed === undefined ? {} : { seed });
  const observation = new Float32Array(envs.numEnvs * encoder.size);
  encoder.encode(batch, observation);
  learnAndNormalize(normalizeObservation, observation);
  normalizeReward?.reset();
  return {
    observation,
    episodeReturn: new Float64Array(envs.numEnvs),
    episodeLength: new Int32Array(envs.numEnvs),
  };
}

function learnAndNormalize(normalizer: ObservationNormalizer | undefined, observation: Float32Array): void {
  normalizer?.update(observation);
  normalizer?.normalize(observation);
}

/** v of encoded observations, [rows]; zeros for a policy without a value. */
function valuesOf(policy: Policy, observation: Float32Array, size: number): Float32Array {
  const rows = observation.length / size;
  return tidy(() =>
    noGrad(() => {
      const { value } = policy.forward(tensor(observation, { shape: [rows, size] }));
      return value === undefined ? new Float32Array(rows) : (value.dataSync() as Float32Array);
    }),
  );
}

/** The last observations of the episodes that were cut off in the given environments, encoded. */
function finalObservations(
  encoder: ObservationEncoder,
  envs: VectorEnv,
  info: VectorInfo,
  rows: readonly number[],
): Float32Array {
  const all = new Float32Array(envs.numEnvs * encoder.size);
  encoder.encode(info.finalObservation, all);
  const chosen = new Float32Array(rows.length * encoder.size);
  rows.forEach((row, i) => {
    chosen.set(all.subarray(row * encoder.size, (row + 1) * encoder.size), i * encoder.size);
  });
  return chosen;
}

/** The arrays of a rollout while it is collected. */
class Recorder {
  readonly #steps: number;
  readonly #numEnvs: number;
  readonly #observationSize: number;
  /** [T + 1, B, size]: the last block is where the next rollout starts. */
  readonly #observation: Float32Array;
  readonly #reward: Float64Array;
  readonly #terminated: Uint8Array;
  readonly #truncated: Uint8Array;
  readonly #finalValue: Float32Array;
  readonly #columns = new Map<string, RolloutColumn>();
  readonly #outputs = new Map<string, RolloutColumn>();
  readonly #episodes: Episode[] = [];
  readonly #episodeReturn: Float64Array;
  readonly #episodeLength: Int32Array;

  constructor(steps: number, numEnvs: number, observationSize: number, start: RolloutPosition) {
    this.#steps = steps;
    this.#numEnvs = numEnvs;
    this.#observationSize = observationSize;
    this.#observation = new Float32Array((steps + 1) * numEnvs * observationSize);
    this.#observation.set(start.observation);
    this.#reward = new Float64Array(steps * numEnvs);
    this.#terminated = new Uint8Array(steps * numEnvs);
    this.#truncated = new Uint8Array(steps * numEnvs);
    this.#finalValue = new Float32Array(steps * numEnvs);
    this.#episodeReturn = start.episodeReturn.slice();
    this.#episodeLength = start.episodeLength.slice();
  }

  observationAt(t: number): Float32Array {
    const size = this.#numEnvs * this.#observationSize;
    return this.#observation.subarray(t * size, (t + 1) * size);
  }

  checkObservation(t: number): void {
    const row = this.observationAt(t);
    for (let i = 0; i < row.length; i++) {
      if (!Number.isFinite(row[i])) {
        const env = Math.floor(i / this.#observationSize);
        throw new GradbridgeError(
          "non-finite",
          `observation[${i % this.#observationSize}] is ${row[i]} in environment ${env} after step ${t - 1} of the rollout.`,
        );
      }
    }
  }

  record(t: number, name: string, values: Float32Array | Int32Array, scalar: boolean): void {
    this.#column(this.#columns, name, values, scalar).values.set(values, t * values.length);
  }

  recordOutput(t: number, name: string, values: Float32Array, scalar: boolean): void {
    this.#column(this.#outputs, name, values, scalar).values.set(values, t * values.length);
  }

  recordStep(
    t: number,
    rewards: Float64Array,
    terminated: Uint8Array,
    truncated: Uint8Array,
    normalizer: RewardNormalizer | undefined,
  ): void {
    const at = t * this.#numEnvs;
    this.#reward.set(rewards, at);
    this.#terminated.set(terminated, at);
    this.#truncated.set(truncated, at);
    for (let env = 0; env < this.#numEnvs; env++) {
      const reward = rewards[env]!;
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

  recordFinalValues(t: number, valuesOfRows: (rows: readonly number[]) => Float32Array): void {
    const at = t * this.#numEnvs;
    const rows: number[] = [];
    for (let env = 0; env < this.#numEnvs; env++) {
      if (this.#truncated[at + env] === 1 && this.#terminated[at + env] !== 1) rows.push(env);
    }
    if (rows.length === 0) return;
    const values = valuesOfRows(rows);
    rows.forEach((env, i) => {
      this.#finalValue[at + env] = values[i]!;
    });
  }

  finish(valuesOf: (observation: Float32Array) => Float32Array): Rollout {
    const length = this.#steps * this.#numEnvs;
    const value =
      (this.#outputs.get("value")?.values as Float32Array | undefined) ?? new Float32Array(length);
    const last = this.observationAt(this.#steps);
    const size = this.#observationSize;
    return {
      steps: this.#steps,
      numEnvs: this.#numEnvs,
      observation: { values: this.#observation.subarray(0, length * size), size, scalar: false },
      action: this.#columns.get("action")!,
      outputs: Object.fromEntries(this.#outputs),
      logProb: this.#columns.get("logProb")!.values as Float32Array,
      reward: this.#reward,
      terminated: this.#terminated,
      truncated: this.#truncated,
      value,
      nextValue: this.#nextValue(value, valuesOf(last)),
      hasValue: this.#outputs.has("value"),
      episodes: this.#episodes,
      end: {
        observation: last.slice(),
        episodeReturn: this.#episodeReturn,
        episodeLength: this.#episodeLength,
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

  #column(
    columns: Map<string, RolloutColumn>,
    name: string,
    values: Float32Array | Int32Array,
    scalar: boolean,
  ): RolloutColumn {
    let column = columns.get(name);
    if (column === undefined) {
      const ArrayType = values instanceof Int32Array ? Int32Array : Float32Array;
      const size = values.length / this.#numEnvs;
      column = { values: new ArrayType(this.#steps * values.length), size, scalar };
      columns.set(name, column);
    }
    return column;
  }
}
