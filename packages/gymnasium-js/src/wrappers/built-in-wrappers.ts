import type { Env } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { closestMatch } from "../registration/closest-match.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import { OrderEnforcing } from "./order-enforcing.ts";
import { PassiveEnvChecker } from "./passive-env-checker.ts";
import { TimeLimit } from "./time-limit.ts";

/** Puts a wrapper around an environment, given the wrapper's arguments. */
export type WrapperCreator = (env: Env, ...args: JsonValue[]) => Env;

const creators: Map<string, WrapperCreator> = new Map<string, WrapperCreator>([
  ["TimeLimit", (env, steps) => new TimeLimit(env, steps as number)],
  ["OrderEnforcing", (env, lax) => new OrderEnforcing(env, lax as boolean | undefined)],
  ["PassiveEnvChecker", (env) => new PassiveEnvChecker(env)],
]);

/** Makes a wrapper known by name, so that specs can hold it (`additionalWrappers`). */
export function registerWrapper(name: string, create: WrapperCreator): void {
  creators.set(name, create);
}

/**
 * Puts the wrapper of a spec around an environment.
 *
 * @throws GymnasiumError `unknown-wrapper` if the name is not registered or its arguments were not recorded.
 */
export function applyWrapper(env: Env, { name, args }: WrapperSpec): Env {
  const create = creators.get(name);
  if (create === undefined) {
    const suggestion = closestMatch(name, creators.keys());
    throw new GymnasiumError(
      "unknown-wrapper",
      `The wrapper ${name} is not registered; call registerWrapper first.${suggestion === null ? "" : ` Did you mean ${suggestion}?`}`,
    );
  }
  if (args === null) {
    throw new GymnasiumError(
      "unknown-wrapper",
      `The wrapper ${name} does not record its arguments (override wrapperSpec), so it cannot be made again.`,
    );
  }
  return create(env, ...args);
}
