import { type EnvSpec, register, registry } from "gymnasium-js";
import { type EnvPlugin, isEnvPlugin, type PluginEnvironment } from "./define-env-plugin.ts";
import { EnvPluginError } from "./env-plugin-error.ts";
import { describe } from "./parse-fields.ts";

/** A plugin's environment and the spec it was registered with. */
interface Registration {
  readonly plugin: EnvPlugin;
  readonly environment: PluginEnvironment;
  readonly spec: EnvSpec;
}

/** By id. One counts only as long as gymnasium-js still holds its spec under that id. */
const registrations = new Map<string, Registration>();

/**
 * Registers all environments of a plugin, so that `make` and `makeVec` find them, or none. Registering a plugin again
 * changes nothing.
 *
 * {@link loadEnvPlugin} does this for plugins in files and packages of their own; call it for one that your own
 * program defines.
 *
 * @throws EnvPluginError if an id is taken by another plugin or by anybody else, and where gymnasium-js refuses a
 *   registration (one name must be either versioned or not); nothing is registered then.
 */
export function registerEnvPlugin(plugin: EnvPlugin): void {
  requireEnvPlugin("registerEnvPlugin", plugin);
  const missing = plugin.environments.filter(({ id }) => current(id)?.plugin !== plugin);
  for (const { id } of missing) {
    if (!registry.has(id)) continue;
    const owner = current(id)?.plugin;
    const by =
      owner === undefined ? "" : ` by the environment plugin ${describe(owner.name)} ${owner.version}`;
    throw new EnvPluginError(
      `environment plugin ${describe(plugin.name)}: ${id} is already registered${by}. ` +
        "Nothing of this plugin was registered; give its environment another id.",
    );
  }
  const added: EnvSpec[] = [];
  try {
    for (const environment of missing) {
      const spec = register({ ...environment, group: plugin.name });
      added.push(spec);
      registrations.set(spec.id, { plugin, environment, spec });
    }
  } catch (error) {
    for (const { id } of added) registry.delete(id);
    throw new EnvPluginError(
      `environment plugin ${describe(plugin.name)}: ${(error as Error).message} Nothing of this plugin was registered.`,
      { cause: error },
    );
  }
}

/** Takes the environments of a plugin out of the registry; those it did not register are left alone. */
export function unregisterEnvPlugin(plugin: EnvPlugin): void {
  requireEnvPlugin("unregisterEnvPlugin", plugin);
  for (const { id } of plugin.environments) {
    if (current(id)?.plugin === plugin) registry.delete(id);
  }
}

/**
 * What a plugin says about the environment registered under exactly this id (its description, its training
 * `defaults`), or `null` if no plugin registered it.
 */
export function pluginEnvironment(id: string): PluginEnvironment | null {
  return current(id)?.environment ?? null;
}

/** @throws EnvPluginError unless `plugin` was made by `defineEnvPlugin`. */
export function requireEnvPlugin(caller: string, plugin: unknown): asserts plugin is EnvPlugin {
  if (isEnvPlugin(plugin)) return;
  throw new EnvPluginError(`${caller} takes a plugin made by defineEnvPlugin, got ${describe(plugin)}.`);
}

function current(id: string): Registration | null {
  const registration = registrations.get(id);
  return registration !== undefined && registry.get(id) === registration.spec ? registration : null;
}
