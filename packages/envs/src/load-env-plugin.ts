import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as random from "@gradbridge/random";
import * as gymnasium from "gymnasium-js";
import type { Jiti } from "jiti";
import { blackBox, blackBoxVector } from "./black-box.ts";
import { checkEnvPlugin } from "./check-env-plugin.ts";
import { defineEnvPlugin, type EnvPlugin, isEnvPlugin } from "./define-env-plugin.ts";
import { EnvPluginError } from "./env-plugin-error.ts";
import { describe } from "./parse-fields.ts";
import { ChildProgram } from "./programs/child-program.ts";
import { ChildProgramError } from "./programs/child-program-error.ts";
import { pythonGymnasium } from "./python/python-gymnasium.ts";
import { pluginEnvironment, registerEnvPlugin, unregisterEnvPlugin } from "./register-env-plugin.ts";

/** Options of {@link loadEnvPlugin}. */
export interface LoadEnvPluginOptions {
  /**
   * Where relative paths start and packages are looked for: a folder, or a module's `import.meta.url`. By default the
   * working directory.
   */
  readonly from?: string;
}

/**
 * Imports a plugin and registers its environments, all of them or none. Loading it again changes nothing.
 *
 * The module exports what {@link defineEnvPlugin} gave, as `plugin` or under any name if it is the only one. It is
 * an ES module in JavaScript or TypeScript; types are stripped, not checked. What it and its own files import from
 * `gymnasium-js`, `@gradbridge/envs` and `@gradbridge/random` are the copies that run here, whether or not others
 * are installed beside it. (Only a JavaScript file with top-level `await` gets those beside it.)
 *
 * @param specifier - a path (`./corridor.ts`, absolute, or a `file:` URL) or the name of an installed package.
 * @throws EnvPluginError if there is no such file or package; if it cannot be run, naming file and line; if it exports
 *   no plugin; and as {@link defineEnvPlugin} and {@link registerEnvPlugin} do.
 *
 * @example
 * await loadEnvPlugin("./corridor.ts");
 * const env = make("Corridor-v0");
 */
export async function loadEnvPlugin(
  specifier: string,
  options: LoadEnvPluginOptions = {},
): Promise<EnvPlugin> {
  if (typeof specifier !== "string" || specifier === "") {
    throw new EnvPluginError(
      `loadEnvPlugin takes a path or the name of a package, got ${describe(specifier)}.`,
    );
  }
  const folder = folderOf(options.from);
  // Only those who load plugins wait for the transpiler.
  const { createJiti } = await import("jiti");
  const jiti = createJiti(pathToFileURL(folder + sep).href, {
    // The default cache is a folder that every user of the machine may write to.
    fsCache: false,
    interopDefault: false,
    virtualModules: ownModules,
  });
  const file = realpathSync(resolveSpecifier(specifier, folder, jiti));
  let exports: unknown;
  try {
    exports = await importOnce(jiti, file);
  } catch (error) {
    throw new EnvPluginError(`${subject(specifier)}: ${faultOf(error, file)}`, { cause: error });
  }
  const plugin = pluginAmong(exports, specifier);
  registerEnvPlugin(plugin);
  return plugin;
}

/** What plugins get when they import these packages. */
const ownModules: Record<string, unknown> = {
  "gymnasium-js": gymnasium,
  "@gradbridge/random": random,
  "@gradbridge/envs": {
    blackBox,
    blackBoxVector,
    ChildProgram,
    ChildProgramError,
    checkEnvPlugin,
    defineEnvPlugin,
    EnvPluginError,
    loadEnvPlugin,
    pluginEnvironment,
    pythonGymnasium,
    registerEnvPlugin,
    unregisterEnvPlugin,
  },
};

/** Modules that run now or have run, by file; a plugin that is loaded twice at once runs once. */
const modules = new Map<string, Promise<unknown>>();

function importOnce(jiti: Jiti, file: string): Promise<unknown> {
  const known = modules.get(file);
  if (known !== undefined) return known;
  const running = importModule(jiti, file);
  modules.set(file, running);
  running.catch(() => modules.delete(file));
  return running;
}

/** What V8 says of top-level `await` and `for await` where a module is run synchronously. */
const awaitOutsideOfFunction = /^(await is only valid|Unexpected reserved word)/;

/**
 * Runs a module and what it imports through jiti. Synchronously: `jiti.import` hands modules that Node can run to
 * Node, which would give them whatever copies of our packages stand beside them. Only `await` outside of functions
 * needs it.
 */
async function importModule(jiti: Jiti, file: string): Promise<unknown> {
  try {
    return jiti(file);
  } catch (error) {
    if (error instanceof SyntaxError && awaitOutsideOfFunction.test(error.message)) return jiti.import(file);
    throw error;
  }
}

function folderOf(from: string | undefined): string {
  if (from === undefined) return process.cwd();
  return from.startsWith("file:") ? dirname(fileURLToPath(from)) : resolve(from);
}

/** The file that a specifier names. */
function resolveSpecifier(specifier: string, folder: string, jiti: Jiti): string {
  const isUrl = specifier.startsWith("file:");
  if (isUrl || specifier.startsWith(".") || isAbsolute(specifier)) {
    const file = isUrl ? fileURLToPath(specifier) : resolve(folder, specifier);
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined) throw new EnvPluginError(`${subject(specifier)}: there is no file ${file}.`);
    if (found.isFile()) return file;
    throw new EnvPluginError(
      `${subject(specifier)}: ${file} is not a file; name the one that exports the plugin.`,
    );
  }
  try {
    return fileURLToPath(jiti.esmResolve(specifier));
  } catch (error) {
    const advice = existsSync(resolve(folder, specifier))
      ? `For the file write ./${specifier}.`
      : "Install it there, or give a path that starts with ./";
    throw new EnvPluginError(
      `${subject(specifier)}: no package of this name is installed for ${folder}. ${advice}`,
      { cause: error },
    );
  }
}

/** Says what went wrong while a plugin's module ran, and where. */
function faultOf(error: unknown, file: string): string {
  if (!(error instanceof Error)) return `it threw ${describe(error)}.`;
  const syntax = /^ParseError: (.*?)\s*\n\s*(.*:\d+:\d+)$/s.exec(error.message);
  if (syntax !== null) return `syntax error at ${syntax[2]}: ${syntax[1]}.`;
  const message = error.message.split("\nRequire stack:")[0];
  const importer = (error as { requireStack?: readonly string[] }).requireStack?.[0];
  if (importer !== undefined) return `${message}, which ${importer} imports.`;
  const place = placeIn(dirname(file), error);
  if (error instanceof EnvPluginError) return `${message}${place}`;
  return `${error.name}: ${message}${place}`;
}

/** The first line of the plugin's folder in the stack. */
function placeIn(folder: string, { stack = "" }: Error): string {
  const start = stack.indexOf(folder + sep);
  const place = start < 0 ? null : /^.*?:\d+/.exec(stack.slice(start));
  return place === null ? "" : ` (${place[0]})`;
}

function pluginAmong(exports: unknown, specifier: string): EnvPlugin {
  const entries = Object.entries(Object(exports) as Record<string, unknown>);
  const plugins = entries.filter((entry): entry is [string, EnvPlugin] => isEnvPlugin(entry[1]));
  const named = plugins.find(([name]) => name === "plugin");
  if (named !== undefined) return named[1];
  const distinct = new Set(plugins.map(([, plugin]) => plugin));
  if (distinct.size === 1) return plugins[0]![1];
  if (distinct.size > 1) {
    const names = plugins.map(([name]) => name).join(", ");
    throw new EnvPluginError(
      `${subject(specifier)}: it exports several plugins, ${names}; name one of them plugin.`,
    );
  }
  const found = entries.map(([name, value]) => `${name} (${describe(value)})`).join(", ");
  throw new EnvPluginError(
    `${subject(specifier)}: it exports no plugin made by defineEnvPlugin, only ${found || "nothing"}. ` +
      "Add: export const plugin = defineEnvPlugin({ name, version, environments });",
  );
}

function subject(specifier: string): string {
  return `environment plugin ${specifier}`;
}
