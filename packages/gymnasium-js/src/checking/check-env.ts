import { Env, type StepBatch } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { make } from "../registration/make.ts";
import { Box } from "../spaces/box.ts";
import { Dict } from "../spaces/dict.ts";
import { describe, isArrayLike, type Space } from "../spaces/space.ts";
import { Tuple } from "../spaces/tuple.ts";
import { stepIntoOf } from "../step-into.ts";
import { setWarningHandler, warn } from "../warning.ts";
import { dataEquivalence } from "./data-equivalence.ts";
import { checkedRender, checkedReset, checkedStep, checkSpace, type SpaceRole } from "./passive-checks.ts";

/** Options of {@link checkEnv}. */
export interface CheckEnvOptions {
  /** Leaves out `render` in every declared mode. */
  readonly skipRenderCheck?: boolean;
  /** Leaves out closing twice. */
  readonly skipCloseCheck?: boolean;
}

/**
 * Checks that an environment keeps its promises: spaces, what `reset` and `step` return, seeds, determinism, options,
 * every render mode, closing twice; and, where offered, that `stepInto` equals `step` and that `restore` continues
 * exactly. Run it on the environment itself (`env.unwrapped`), once, in a test.
 *
 * @returns the warnings: what is allowed and probably a mistake. They also go to the warning handler.
 * @throws GymnasiumError `check-failed` (or the code of the fault), with what to change.
 *
 * Source: `gymnasium.utils.env_checker.check_env` of Gymnasium 1.3.0; the last two checks are ours.
 */
export function checkEnv(env: Env, options: CheckEnvOptions = {}): readonly string[] {
  const warnings: string[] = [];
  const forward = setWarningHandler((message) => {
    warnings.push(message);
    forward(message);
  });
  try {
    check(env, options);
  } finally {
    setWarningHandler(forward);
  }
  return warnings;
}

function check(env: Env, { skipRenderCheck = false, skipCloseCheck = false }: CheckEnvOptions): void {
  if (!(env instanceof Env)) throw failed(`An environment extends Env; got ${describe(env)}.`);
  if (env.unwrapped !== env) {
    warn(`${env} is wrapped; wrappers can hide faults. Check env.unwrapped instead.`);
  }
  for (const role of ["action", "observation"] as const) {
    const space = role === "action" ? env.actionSpace : env.observationSpace;
    checkSpace(space, role);
    checkSpaceLimit(space, role);
  }
  if (typeof (env as { seed?: unknown }).seed === "function") {
    warn("Environments are seeded by reset({ seed }); a method seed is never called.");
  }
  checkedReset(env);
  checkResetSeed(env);
  checkResetOptions(env);
  checkedReset(env);
  checkedStep(env, env.actionSpace.sample());
  checkStepDeterminism(env);
  checkStepInto(env);
  checkSavedState(env);
  if (!skipRenderCheck) checkRenderModes(env);
  if (!skipCloseCheck && env.spec !== null) checkClosing(env);
}

function failed(message: string): GymnasiumError {
  return new GymnasiumError("check-failed", message);
}

function checkSpaceLimit(space: Space, role: SpaceRole): void {
  if (space instanceof Tuple)
    for (const child of space.spaces as readonly Space[]) checkSpaceLimit(child, role);
  if (space instanceof Dict)
    for (const child of Object.values(space.spaces)) checkSpaceLimit(child as Space, role);
  if (!(space instanceof Box)) return;
  const low = Array.from(space.low as ArrayLike<number>);
  const high = Array.from(space.high as ArrayLike<number>);
  if (low.includes(-Infinity))
    warn(`The ${role} space ${space} goes down to −Infinity. Is there a tighter bound?`);
  if (high.includes(Infinity))
    warn(`The ${role} space ${space} goes up to Infinity. Is there a tighter bound?`);
  const isUneven = low.some((bound, i) => bound !== 0 && Math.abs(bound) !== Math.abs(high[i]!));
  const isWide = low.some((bound) => bound < -1) || high.some((bound) => bound > 1);
  if (role === "action" && space.shape.length === 1 && (isUneven || isWide)) {
    warn(`The action space ${space} is best symmetric and within [−1, 1] (or [0, 1]): policies start there.`);
  }
}

function requireObservation(env: Env, observation: unknown, call: string): void {
  if (env.observationSpace.contains(observation)) return;
  throw failed(
    `The observation of ${call} is not in ${env.observationSpace}: ${describe(observation)}. Correct the bounds, shape or dtype.`,
  );
}

const RESEED =
  "The first line of reset must be this.reseed(seed), and all randomness must come from this.random.";

function checkResetSeed(env: Env): void {
  const reset = (seed?: number): { observation: unknown; random: unknown } => {
    const call = seed === undefined ? "reset()" : `reset({ seed: ${seed} })`;
    const [observation] = seed === undefined ? env.reset() : env.reset({ seed });
    requireObservation(env, observation, call);
    return { observation: structuredClone(observation), random: env.unwrapped.random.state };
  };
  const first = reset(123);
  const second = reset();
  const third = reset(123);
  const fourth = reset();
  if (!dataEquivalence(first.random, third.random, true)) {
    throw failed(`After reset({ seed: 123 }) twice the generators differ. ${RESEED}`);
  }
  if (env.spec !== null && !env.spec.nondeterministic) {
    for (const [a, b, call] of [
      [first, third, "reset({ seed: 123 })"],
      [second, fourth, "reset({ seed: 123 }) and then reset()"],
    ] as const) {
      if (!dataEquivalence(a.observation, b.observation)) {
        throw failed(`The observations of ${call} differ from one time to the next. ${RESEED}`);
      }
      if (!dataEquivalence(a.observation, b.observation, true)) {
        warn(`The observations of ${call} are only nearly equal from one time to the next.`);
      }
    }
  }
  if (dataEquivalence(reset(456).random, first.random, true)) {
    throw failed(`After reset({ seed: 456 }) the generator is the same as after seed 123. ${RESEED}`);
  }
}

function checkResetOptions(env: Env): void {
  try {
    env.reset({ options: {} });
  } catch (error) {
    throw new GymnasiumError(
      "check-failed",
      `reset({ options: {} }) must work as reset() does; it threw ${error}.`,
      {
        cause: error,
      },
    );
  }
}

function checkStepDeterminism(env: Env): void {
  if (env.spec?.nondeterministic === true) return;
  env.actionSpace.seed(123);
  const action = env.actionSpace.sample();
  const run = (): { result: readonly unknown[]; random: unknown } => {
    env.reset({ seed: 123 });
    const result = structuredClone(env.step(action));
    return { result, random: env.unwrapped.random.state };
  };
  const first = run();
  const second = run();
  if (!dataEquivalence(first.random, second.random, true)) {
    throw failed(`The same seed and action leave different generators. ${RESEED}`);
  }
  for (const [i, name] of [
    "observations",
    "rewards",
    "terminated flags",
    "truncated flags",
    "infos",
  ].entries()) {
    const [a, b] = [first.result[i], second.result[i]];
    if (!dataEquivalence(a, b)) {
      throw failed(
        `The same seed and action give different ${name}: ${describe(a)} and ${describe(b)}. ${RESEED}`,
      );
    }
    if (!dataEquivalence(a, b, true)) warn(`The same seed and action give only nearly equal ${name}.`);
  }
  if (first.result[3] === true)
    throw failed("The environment truncates after one step; an episode must last longer.");
}

function checkStepInto(env: Env): void {
  if (env.stepInto === undefined || env.spec?.nondeterministic === true) return;
  env.actionSpace.seed(1);
  const actions = Array.from({ length: 20 }, () => env.actionSpace.sample());
  const space = env.observationSpace;
  const batch: StepBatch<unknown> = {
    observations: space.createBatch(2),
    rewards: new Float64Array(2),
    terminated: new Uint8Array(2),
    truncated: new Uint8Array(2),
  };
  const stepInto = stepIntoOf(env);
  const run = (step: (action: unknown) => readonly unknown[]): unknown[] => {
    env.reset({ seed: 1 });
    return actions.map((action) => {
      const result = structuredClone(step(action));
      if (result[2] === true || result[3] === true) env.reset();
      return result;
    });
  };
  const usual = run((action) => env.step(action));
  const fast = run((action) => {
    const info = stepInto(action, batch, 1);
    const flags = [batch.terminated[1] === 1, batch.truncated[1] === 1];
    return [space.readBatch(batch.observations, 1), batch.rewards[1]!, ...flags, { ...info }];
  });
  if (!dataEquivalence(usual, fast, true)) {
    throw failed("stepInto must write exactly what step returns into its place of the batch; they differ.");
  }
}

function checkSavedState(env: Env): void {
  if (env.state === undefined && env.restore === undefined) return;
  if (env.state === undefined || env.restore === undefined) {
    throw failed("An environment offers both state and restore, or neither.");
  }
  env.reset({ seed: 2 });
  env.actionSpace.seed(2);
  const actions = Array.from({ length: 10 }, () => env.actionSpace.sample());
  const saved = JSON.parse(JSON.stringify(env.state())) as JsonValue;
  const run = (): unknown[] =>
    actions.map((action) => {
      const result = env.step(action);
      return structuredClone(result[2] || result[3] ? [result, env.reset()] : result);
    });
  const first = run();
  env.restore(saved);
  if (!dataEquivalence(first, run(), true)) {
    throw failed(
      "After restore(state()) the same actions must give the same results; state() leaves something out.",
    );
  }
}

function checkRenderModes(env: Env): void {
  if (env.renderMode !== null) checkedRender(env);
  if (env.spec === null) {
    warn("The environment was not made by make, so its render modes and closing cannot be checked.");
    return;
  }
  const modes = env.metadata.renderModes;
  if (!isArrayLike(modes)) throw failed(`metadata.renderModes must be a list, got ${describe(modes)}.`);
  for (const renderMode of modes) {
    const other = make(env.spec, { renderMode, disableEnvChecker: true });
    try {
      other.reset();
      checkedRender(other);
    } catch (error) {
      if (!(error instanceof GymnasiumError) || error.code !== "missing-package") throw error;
      warn(`Render mode "${renderMode}" was not checked: ${error.message}`);
    } finally {
      other.close();
    }
  }
}

function checkClosing(env: Env): void {
  const other = make(env.spec!, { disableEnvChecker: true });
  other.close();
  try {
    other.close();
  } catch (error) {
    throw new GymnasiumError(
      "check-failed",
      `close() of a closed environment must do nothing; it threw ${error}.`,
      {
        cause: error,
      },
    );
  }
}
