import { isAbsolute, resolve } from "node:path";
import { loadEnvPlugin, pluginEnvironment } from "@gradbridge/envs";
import { make } from "gymnasium-js";
import { ArgumentError } from "../exit-status.ts";

/** An environment that can be made by id. */
export interface Environment {
  /** With its version. */
  readonly id: string;
  /** The plugin it comes from: an absolute path or a package's name; null where it is built in. */
  readonly plugin: string | null;
  /** The average return from which on it counts as solved; null where it names none. */
  readonly rewardThreshold: number | null;
  /** Training settings its author recommends. */
  readonly defaults: { readonly [setting: string]: unknown };
}

/**
 * Loads the plugin, if any, and makes the environment once.
 * @throws ArgumentError where the plugin does not load, or no environment of this id can be made.
 */
export async function findEnvironment(id: string, plugin: string | undefined): Promise<Environment> {
  const from = plugin === undefined ? null : await loadPlugin(plugin);
  if (id.includes(":")) {
    throw new ArgumentError(
      `--env ${id}: an id has no colon. To load a module of environments, use --plugin.`,
    );
  }
  try {
    const env = make(id);
    const { id: versioned, rewardThreshold } = env.spec!;
    env.close();
    return {
      id: versioned,
      plugin: from,
      rewardThreshold,
      defaults: pluginEnvironment(versioned)?.defaults ?? {},
    };
  } catch (error) {
    const message = (error as Error).message.replace("pprintRegistry() lists what is.", "");
    throw new ArgumentError(`--env ${id}: ${message.trim()}\ngradbridge envs lists what there is.`, {
      cause: error,
    });
  }
}

/**
 * Loads a plugin of environments and registers them.
 * @returns the specifier for another working directory: a path is made absolute.
 * @throws ArgumentError saying what is wrong with it.
 */
export async function loadPlugin(specifier: string): Promise<string> {
  try {
    await loadEnvPlugin(specifier);
  } catch (error) {
    throw new ArgumentError((error as Error).message, { cause: error });
  }
  return specifier.startsWith(".") || isAbsolute(specifier) ? resolve(specifier) : specifier;
}
