import type { Kwargs } from "../../registration/env-spec.ts";
import type { AutoresetMode } from "../vector-env.ts";

/** Options of an `AsyncVectorEnv`. */
export interface AsyncVectorEnvOptions {
  /** How many environments. */
  readonly numEnvs?: number;
  /** How many worker threads share them; by default as many as there are cores, at most `numEnvs`. */
  readonly numWorkers?: number;
  /**
   * What every worker imports first, so that environments and wrappers get registered there: addresses
   * (`import.meta.resolve("acme-envs")`, `new URL("./my-env.js", import.meta.url).href`) or package names.
   */
  readonly modules?: readonly string[];
  /** When environments start their next episode. */
  readonly autoresetMode?: AutoresetMode;
  /** Whether `reset` and `step` return fresh arrays instead of reused ones. */
  readonly copy?: boolean;
  /** `renderMode`, `maxEpisodeSteps` and arguments of the environment, as `make` takes them; sent to the workers. */
  readonly kwargs?: Kwargs;
}

/** How long to wait for a call. */
export interface WaitOptions {
  /** Throws `timeout` after so long; by default there is no limit. */
  readonly timeoutMilliseconds?: number | null;
}

/** Options of `AsyncVectorEnv.close`. */
export interface AsyncCloseOptions {
  /** How long a call that still runs, and then the closing of the environments, may take. */
  readonly timeoutMilliseconds?: number;
  /** Whether to end the threads at once, without closing the environments. */
  readonly terminate?: boolean;
}
