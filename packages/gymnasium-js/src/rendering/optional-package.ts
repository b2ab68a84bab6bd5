import { GymnasiumError } from "../errors.ts";

type Require = (specifier: string) => unknown;

/** The part of Node's `process` that gives built-in modules without an import a bundler would follow. */
interface NodeProcess {
  getBuiltinModule?(name: string): unknown;
}

/** A module of Node's, or `null` where there is no Node: in a browser or a worker. */
export function nodeModule<Module>(name: string): Module | null {
  const { process } = globalThis as { process?: NodeProcess };
  return (process?.getBuiltinModule?.(`node:${name}`) as Module | undefined) ?? null;
}

/**
 * Loads a package that is only needed for `purpose` and is not installed with this one. Synchronous, because
 * `render` is.
 *
 * @throws GymnasiumError `missing-package` where it is not installed or there is no Node, with what to do.
 */
export function optionalPackage<Module>(name: string, purpose: string, elsewhere: string): Module {
  const module = nodeModule<{ createRequire(from: string): Require }>("module");
  if (module === null) {
    throw new GymnasiumError("missing-package", `${purpose} needs ${elsewhere}.`);
  }
  try {
    return module.createRequire(import.meta.url)(name) as Module;
  } catch (cause) {
    throw new GymnasiumError(
      "missing-package",
      `${purpose} needs the package ${name}, which could not be loaded. Run "npm install ${name}", or use ${elsewhere}.`,
      { cause },
    );
  }
}
