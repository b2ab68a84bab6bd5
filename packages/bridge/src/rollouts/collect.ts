import { GradbridgeError } from "@gradbridge/core";
import type { Policy } from "@gradbridge/policy";
import type { Generator } from "@gradbridge/random";
import type { VectorEnv, VectorInfo } from "gymnasium-js";
import { actionMasks } from "./action-masks.ts";
import { Actor } from "./actor.ts";
import { checkMaskable } from "./check-maskable.ts";
import type { ObservationNormalizer } from "./observation-normalizer.ts";
import { checkObservations, Recorder } from "./recorder.ts";
import type { RewardNormalizer } from "./reward-normalizer.ts";
import type { Rollout, RolloutPosition } from "./rollout.ts";
import { type ObservationEncoder, observationEncoder } from "./spaces.ts";

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
  /** Choose among the actions that the environments' `info.actionMask` allows. Default false. */
  readonly actionMask?: boolean;
  /** Learns from every observation; the policy sees them normalised, and the rollout holds them so. */
  readonly normalizeObservation?: ObservationNormalizer;
  /** Learns from every reward; the rollout holds them normalised, its episodes' returns are the environment's own. */
  readonly normalizeReward?: RewardNormalizer;
}

/**
 * Runs a policy for T steps in B environments. Episodes that end are followed by new ones; the value of a truncated
 * episode's last observation is kept as `nextValue`.
 *
 * Each step is one call of the policy's `forward` for all environments, and `distribution(outputs).draw`; log-probabilities
 * and values are computed at the end, for all steps in one call each. `forward` is compiled, so it must run the same
 * kernels every time; one that computes on the host runs as it is, and gives the value of each step at once.
 * @throws code `autoreset` unless the environments reset in the same step; `non-finite` for a reward or observation
 *   that is NaN or infinite; `mask` where `actionMask` is asked for and not given.
 */
export async function collect(policy: Policy, envs: VectorEnv, options: CollectOptions): Promise<Rollout> {
  const { steps, generator, normalizeObservation, normalizeReward } = options;
  check(envs, steps);
  const encoder = observationEncoder(envs.singleObservationSpace);
  const actor = new Actor(policy, encoder.size, envs.singleActionSpace);
  const masksOf = options.actionMask === true ? maskReader(policy, envs.numEnvs) : null;
  const position = options.start ?? (await startOf(envs, encoder, options, masksOf));
  const recorder = new Recorder(steps, envs.numEnvs, encoder.size, position);

  let observation = recorder.observationAt(0);
  for (let t = 0; t < steps; t++) {
    const acted = actor.act(observation, generator, { mask: recorder.maskAt(t) });
    recorder.recordActed(t, acted);
    const pending = envs.step(actor.decode(acted.action) as never);
    const [next, rewards, terminated, truncated, info] = pending instanceof Promise ? await pending : pending;
    observation = recorder.observationAt(t + 1);
    encoder.encode(next, observation);
    checkObservations(observation, encoder.size, t);
    recorder.recordStep(t, rewards, terminated, truncated, normalizeReward);
    learnAndNormalize(normalizeObservation, observation);
    const cutOff = recorder.cutOffAt(t);
    if (cutOff !== null) {
      const last = finalObservations(encoder, envs, info, cutOff, t);
      normalizeObservation?.normalize(last);
      const values = actor.values(last);
      if (values !== null) recorder.recordFinalValues(t, cutOff, values);
    }
    if (masksOf !== null) recorder.recordMask(t + 1, masksOf(info));
  }
  return recorder.finish(actor.logProbs(recorder.played()), actor.values(recorder.unvalued()));
}

function check(envs: VectorEnv, steps: number): void {
  if (envs.autoresetMode !== "same_step") {
    throw new GradbridgeError(
      "autoreset",
      `collect: the environments reset in mode "${envs.autoresetMode}"; make them with { autoresetMode: "same_step" }.`,
    );
  }
  if (!Number.isInteger(steps) || steps < 1) {
    throw new GradbridgeError("option", `collect: steps must be a positive integer, got ${steps}.`);
  }
}

async function startOf(
  envs: VectorEnv,
  encoder: ObservationEncoder,
  { seed, normalizeObservation, normalizeReward }: CollectOptions,
  masksOf: ((info: VectorInfo) => Int8Array) | null,
): Promise<RolloutPosition> {
  const [batch, info] = await envs.reset(seed === undefined ? {} : { seed });
  const observation = new Float32Array(envs.numEnvs * encoder.size);
  encoder.encode(batch, observation);
  checkObservations(observation, encoder.size, -1);
  learnAndNormalize(normalizeObservation, observation);
  normalizeReward?.reset();
  return {
    observation,
    episodeReturn: new Float64Array(envs.numEnvs),
    episodeLength: new Int32Array(envs.numEnvs),
    ...(masksOf !== null && { mask: masksOf(info) }),
  };
}

function learnAndNormalize(normalizer: ObservationNormalizer | undefined, observation: Float32Array): void {
  normalizer?.update(observation);
  normalizer?.normalize(observation);
}

/** The last observations of the episodes that were cut off in the given environments, encoded. */
function finalObservations(
  encoder: ObservationEncoder,
  envs: VectorEnv,
  info: VectorInfo,
  rows: readonly number[],
  step: number,
): Float32Array {
  const all = new Float32Array(envs.numEnvs * encoder.size);
  encoder.encode(info.finalObservation, all);
  const chosen = new Float32Array(rows.length * encoder.size);
  rows.forEach((row, i) => {
    chosen.set(all.subarray(row * encoder.size, (row + 1) * encoder.size), i * encoder.size);
  });
  checkObservations(chosen, encoder.size, step, rows);
  return chosen;
}

/**
 * Reads what environments allow; what they do not tell is an error.
 * @throws code `mask`
 */
function maskReader(policy: Policy, numEnvs: number): (info: VectorInfo) => Int8Array {
  const { choices } = policy;
  checkMaskable(policy);
  return (info) => {
    const masks = actionMasks(info, choices, numEnvs);
    if (masks !== null) return masks;
    throw new GradbridgeError(
      "mask",
      "collect: actionMask is set, but the environments gave no info.actionMask. It has to come with every reset and step.",
    );
  };
}
