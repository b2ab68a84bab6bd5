import { fileURLToPath } from "node:url";
import { processSubject } from "./process-subject.ts";
import type { StartSubject } from "./subject.ts";

/** The Python that has the peers' packages: see peer-environment.ts. */
export const python: string = fileURLToPath(new URL("../.venv/bin/python", import.meta.url));

/** The folder of the peers' scripts. */
export const peersFolder: string = fileURLToPath(new URL("../peers/", import.meta.url));

/** A subject in a Python process of its own: `work(options)` of `peers/MODULE.py`. */
export function peer(
  module: string,
  work: string,
  options: Readonly<Record<string, unknown>> = {},
): StartSubject {
  return (scale) => {
    const given = JSON.stringify({ ...options, ...(scale === "smoke" ? { smoke: true } : {}) });
    return processSubject({
      executable: python,
      arguments: ["-u", `${peersFolder}serve.py`, module, work, given],
      cwd: peersFolder,
      name: `peers/${module}.py`,
    });
  };
}
