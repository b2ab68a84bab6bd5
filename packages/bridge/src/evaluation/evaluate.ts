import { GradbridgeError, tidy } from "@gradbridge/core";
import type { Policy } from "@gradbridge/policy";
import { generator } from "@gradbridge/random";
import { Env, make } from "gymnasium-js";
import { actionDecoder, actionValues, observationEncoder } from "../rollouts/spaces.ts";

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
 * the same returns during training and from a checkpoint.
 * @throws code `option` for options out of range; errors of the environment.
 */
export function evaluate(policy: Policy, env: EnvSource, options: EvaluateOptions = {}): Evaluation {
  const { episodes = 100, seed = 10_000, deterministic = true, parallel = 100 } = options;
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
      runEpisodes(policy, envs.slice(0, episodes - first), first);
    }
  } finally {
    if (!(env instanceof Env)) for (const one of envs) one.close();
  }
  const mean = returns.reduce((sum, value) => sum + value, 0) / episodes;
  const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / episodes;
  return { episodes, mean, std: Math.sqrt(variance), returns, lengths };

  /** One episode in each environment; those that end first wait. */
  function runEpisodes(actor: Policy, chosen: readonly Env[], first: number): void {
    const encoder = observationEncoder(chosen[0]!.observationSpace);
    const decoder = actionDecoder(chosen[0]!.actionSpace);
    const discrete = decoder.head.name === "categorical";
    let running = chosen.map((one, i) => ({
      one,
      episode: first + i,
      observation: one.reset({ seed: seed + first + i })[0],
    }));
    while (running.length > 0) {
      const rows = new Float32Array(running.length * encoder.size);
      running.forEach(({ observation }, i) => {
        const row = rows.subarray(i * encoder.size, (i + 1) * encoder.size);
        encoder.encode(typeof observation === "number" ? [observation] : observation, row);
      });
      const actions = decoder.decode(
        tidy(() => actionValues(actor.act(rows, random, { deterministic }).action)),
      );
      const size = actions.length / running.length;
      running = running.filter((place, i) => {
        const action = discrete ? actions[i] : actions.slice(i * size, (i + 1) * size);
        const [observation, reward, terminated, truncated] = place.one.step(action as never);
        returns[place.episode]! += reward;
        lengths[place.episode]! += 1;
        place.observation = observation;
        return !terminated && !truncated;
      });
    }
  }
}
