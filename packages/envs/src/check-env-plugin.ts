import { isDeepStrictEqual } from "node:util";
import {
  checkEnv,
  type Env,
  EnvSpec,
  type JsonValue,
  make,
  makeVec,
  type ResetOptions,
  type Space,
  setWarningHandler,
  type VectorEnv,
} from "gymnasium-js";
import type { EnvPlugin } from "./define-env-plugin.ts";
import { EnvPluginError } from "./env-plugin-error.ts";
import { describe } from "./parse-fields.ts";
import { requireEnvPlugin } from "./register-env-plugin.ts";

/** What {@link checkEnvPlugin} found out about one environment. */
export interface EnvironmentReport {
  readonly id: string;
  /** What is allowed and probably a mistake; empty where there is nothing to say. */
  readonly warnings: readonly string[];
}

const CHECKED_STEPS = 200;
const HALF = CHECKED_STEPS / 2;
const NUM_ENVS = 3;
const SEED = 123;
const RESEED =
  "Begin reset with this.reseed(seed) and draw from this.random only, or declare the environment nondeterministic.";
const SAVE_ALL = "state() must hold everything that decides what happens next.";

/**
 * Tries every environment of a plugin; run it in the plugin's tests. Nothing is registered.
 *
 * Each environment passes `checkEnv` of gymnasium-js. Then it is played for 200 steps with random actions: observations
 * lie in their space, rewards are finite, and a second environment with the same seed and actions gives the same,
 * unless the entry says `nondeterministic`. Where there are `state` and `restore`, a new environment continues exactly
 * from the state as JSON text. A `vectorEntryPoint` makes as many environments as asked for, with the spaces of the
 * single one.
 *
 * @returns one report for each environment, in the plugin's order.
 * @throws EnvPluginError at the first fault, naming the environment and the step.
 *
 * @example
 * const reports = await checkEnvPlugin(await loadEnvPlugin("./corridor.ts"));
 */
export async function checkEnvPlugin(plugin: EnvPlugin): Promise<readonly EnvironmentReport[]> {
  requireEnvPlugin("checkEnvPlugin", plugin);
  const reports: EnvironmentReport[] = [];
  for (const environment of plugin.environments) {
    const warnings: string[] = [];
    const previous = setWarningHandler((message) => warnings.push(message));
    try {
      const spec = new EnvSpec(environment);
      checkEnv(make(spec).unwrapped);
      checkPlay(spec);
      if (spec.vectorEntryPoint !== null) await checkVector(spec);
    } catch (error) {
      const message = error instanceof Error ? error.message : `it threw ${describe(error)}.`;
      throw new EnvPluginError(`environment plugin ${describe(plugin.name)}: ${environment.id}: ${message}`, {
        cause: error,
      });
    } finally {
      setWarningHandler(previous);
    }
    reports.push({ id: environment.id, warnings: [...new Set(warnings)] });
  }
  return reports;
}

function checkPlay(spec: EnvSpec): void {
  const env = make(spec);
  env.actionSpace.seed(SEED);
  const actions = Array.from({ length: CHECKED_STEPS }, () => env.actionSpace.sample());
  const start = startEpisode(env, { seed: SEED });
  const played = play(env, actions, 0, HALF);
  const { state, restore } = env.unwrapped;
  const saved = state === undefined || restore === undefined ? null : JSON.stringify(env.state!());
  played.push(...play(env, actions, HALF, CHECKED_STEPS));
  env.close();
  if (spec.nondeterministic) return;

  const again = make(spec);
  const restarted = startEpisode(again, { seed: SEED });
  requireSame(`reset({ seed: ${SEED} }) twice`, [start], [restarted], 0, RESEED);
  const repeated = play(again, actions, 0, CHECKED_STEPS);
  requireSame("the same seed and actions twice", played, repeated, 0, RESEED);
  again.close();
  if (saved === null) return;
  const resumed = make(spec);
  resumed.restore!(JSON.parse(saved) as JsonValue);
  const rest = play(resumed, actions, HALF, CHECKED_STEPS);
  requireSame(`restore after ${HALF} steps`, played.slice(HALF), rest, HALF, SAVE_ALL);
  resumed.close();
}

/** What one step gave, as values that the environment cannot change any more. */
interface Played {
  readonly observation: JsonValue;
  readonly reward: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
  /** First observation of the next episode, `null` while this one runs. */
  readonly start: JsonValue;
}

/** Steps through `actions[from … to − 1]`, starting episodes anew where they end. */
function play(env: Env, actions: readonly unknown[], from: number, to: number): Played[] {
  return actions.slice(from, to).map((action, index) => {
    const [observation, reward, terminated, truncated] = env.step(action);
    const method = `step ${from + index}`;
    if (!Number.isFinite(reward))
      throw new Error(`${method} gave the reward ${describe(reward)}, not a finite number.`);
    return {
      observation: copyObservation(env, observation, method),
      reward,
      terminated,
      truncated,
      start: terminated || truncated ? startEpisode(env, {}) : null,
    };
  });
}

function startEpisode(env: Env, options: ResetOptions): JsonValue {
  return copyObservation(env, env.reset(options)[0], "reset");
}

function copyObservation(env: Env, observation: unknown, method: string): JsonValue {
  const space = env.observationSpace;
  if (space.contains(observation)) return space.toJsonable([observation]);
  throw new Error(`${method} gave an observation outside of ${space}: ${describe(observation)}.`);
}

function requireSame(
  what: string,
  expected: readonly unknown[],
  actual: readonly unknown[],
  firstStep: number,
  advice: string,
): void {
  const index = expected.findIndex((one, i) => !isDeepStrictEqual(one, actual[i]));
  if (index < 0) return;
  const [one, other] = [JSON.stringify(expected[index]), JSON.stringify(actual[index])];
  throw new Error(`${what}: step ${firstStep + index} gave ${one}, and then ${other}. ${advice}`);
}

async function checkVector(spec: EnvSpec): Promise<void> {
  const single = make(spec);
  const envs = makeVec(spec, { numEnvs: NUM_ENVS, vectorizationMode: "vector_entry_point" }) as VectorEnv;
  if (envs.numEnvs !== NUM_ENVS)
    throw new Error(`vectorEntryPoint made ${envs.numEnvs} environments of ${NUM_ENVS}.`);
  requireSpace("singleObservationSpace", envs.singleObservationSpace, single.observationSpace);
  requireSpace("singleActionSpace", envs.singleActionSpace, single.actionSpace);
  const [start] = await envs.reset({ seed: SEED });
  if (!envs.observationSpace.contains(start)) throw new Error(`reset of the vector gave ${describe(start)}.`);
  for (let step = 0; step < CHECKED_STEPS; step++) {
    const [observations, rewards] = await envs.step(envs.actionSpace.sample());
    if (!envs.observationSpace.contains(observations) || !rewards.every(Number.isFinite)) {
      throw new Error(
        `step ${step} of the vector gave ${describe(observations)} and the rewards ${rewards.join(", ")}.`,
      );
    }
  }
  await envs.close();
}

function requireSpace(name: string, actual: Space, expected: Space): void {
  if (!actual.equals(expected)) throw new Error(`${name} of the vector is ${actual}, not ${expected}.`);
}
