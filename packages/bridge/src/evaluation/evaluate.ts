import { GradbridgeError } from "@gradbridge/core";
import type { Policy } from "@gradbridge/policy";
import { generator } from "@gradbridge/random";
import { Env, type Info, make } from "gymnasium-js";
import { actionMask as maskOf } from "../rollouts/action-masks.ts";
import { Actor } from "../rollouts/actor.ts";
import { checkMaskable } from "../rollouts/check-maskable.ts";
import { observationEncoder } from "../rollouts/spaces.ts";

/** What to run a policy in: an id, a function that makes an environment, or one environment. */
export type EnvSource = string | (() => Env) | Env;

/** Options of {@link evaluate}. */
export interface EvaluateOptions {
  /** Default 100. */
  readonly episodes?: number;
  /** Episode i starts from reset({ seed: seed + i }). Default 10000. */
  readonly seed?: number;
  /** Take the most likely action instead of drawing one. Default true. */
  readonly deterministic?: boolean;
  /** Choose among the actions that the environment's `info.actionMask` allows. Default false. */
  readonly actionMask?: boolean;
  /** How many episodes run side by side, where `env` can make several environments. Default 100. */
  readonly parallel?: number;
}

/** Undiscounted returns of whole episodes. */
export interface Evaluation {
  readonly episodes: number;
  readonly mean: number;
  /** Population standard deviation. */
  readonly std: number;
  readonly returns: readonly number[];
  readonly lengths: readonly number[];
}

/**
 * Runs whole episodes. The result depends on the policy, the environment and the options alone: the same policy gives
 * the same returns during training and from a checkpoint. All running episodes act in one call of the policy's `forward`,
 * compiled as in `collect`.
 * @throws code `option` for options out of range; `non-finite` for an observation or return that is NaN or infinite;
 *   `mask` where `actionMask` is asked for and not given; errors of the environment.
 */
export function evaluate(policy: Policy, env: EnvSource, options: EvaluateOptions = {}): Evaluation {
  const { episodes = 100, seed = 10_000, deterministic = true, parallel = 100, actionMask = false } = options;
  for (const [name, value] of Object.entries({ episodes, parallel })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new GradbridgeError("option", `evaluate: ${name} must be a positive integer, got ${value}.`);
    }
  }
  const create =
    typeof env === "string" ? () => make(env) as unknown as Env : env instanceof Env ? () => env : env;
  const width = env instanceof Env ? 1 : Math.min(parallel, episodes);
  const envs = Array.from({ length: width }, create);
  const random = generator([seed, episodes]);
  const returns: number[] = new Array(episodes).fill(0);
  const lengths: number[] = new Array(episodes).fill(0);
  try {
    for (let first = 0; first < episodes; first += width) {
      runEpisodes(envs.slice(0, episodes - first), first);
    }
  } finally {
    if (!(env instanceof Env)) for (const one of envs) one.close();
  }
  const wrong = returns.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new GradbridgeError("non-finite", `evaluate: the return of episode ${wrong} is ${returns[wrong]}.`);
  }
  const mean = returns.reduce((sum, value) => sum + value, 0) / episodes;
  const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / episodes;
  return { episodes, mean, std: Math.sqrt(variance), returns, lengths };

  /** One episode in each environment, side by side; the rows of those that go on are kept together. */
  function runEpisodes(chosen: readonly Env[], first: number): void {
    const { observationSpace, actionSpace } = chosen[0]!;
    const encoder = observationEncoder(observationSpace);
    const actor = new Actor(policy, encoder.size, actionSpace);
    const observations = new Float32Array(chosen.length * encoder.size);
    const width = actionMask ? choiceCount(policy) : 0;
    const masks = new Int8Array(chosen.length * width).fill(1);
    let running: number[] = [];
    const goOn = (i: number, observation: unknown, info: Info): void => {
      const at = running.length;
      const row = observations.subarray(at * encoder.size, (at + 1) * encoder.size);
      if (ArrayBuffer.isView(observation)) encoder.encode(observation, row);
      else encoder.encodeOne(observation, row);
      checkObservation(row, i, first);
      if (actionMask) masks.set(maskFrom(info, policy.choices), at * width);
      running.push(i);
    };
    chosen.forEach((one, i) => {
      goOn(i, ...one.reset({ seed: seed + first + i }));
    });
    while (running.length > 0) {
      const rows = Math.min(powerOfTwo(running.length), chosen.length);
      const options = { deterministic, mask: actionMask ? masks.subarray(0, rows * width) : null };
      const { action: chosenActions } = actor.act(
        observations.subarray(0, rows * encoder.size),
        random,
        options,
      );
      const actions = actor.decode(chosenActions);
      const size = actions.length / rows;
      const before = running;
      running = [];
      before.forEach((i, row) => {
        const action = chosenActions.scalar ? actions[row] : actions.slice(row * size, (row + 1) * size);
        const [observation, reward, terminated, truncated, info] = chosen[i]!.step(action as never);
        returns[first + i]! += reward;
        lengths[first + i]! += 1;
        if (!terminated && !truncated) goOn(i, observation, info);
      });
    }
  }
}

/** The next one: where the number of rows is one, the network is compiled for few of them as episodes end. */
function powerOfTwo(count: number): number {
  return 2 ** Math.ceil(Math.log2(count));
}

function choiceCount(policy: Policy): number {
  checkMaskable(policy);
  return policy.choices.reduce((total, n) => total + n, 0);
}

function maskFrom(info: Info, choices: readonly number[]): Int8Array {
  const mask = maskOf(info, choices);
  if (mask !== null) return mask;
  throw new GradbridgeError(
    "mask",
    "evaluate: actionMask is set, but the environment gave no info.actionMask.",
  );
}

function checkObservation(row: Float32Array, env: number, first: number): void {
  const at = row.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new GradbridgeError(
    "non-finite",
    `evaluate: observation[${at}] is ${row[at]} in episode ${first + env}.`,
  );
}
