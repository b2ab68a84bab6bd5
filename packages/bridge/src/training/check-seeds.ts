import { GradbridgeError } from "@gradbridge/core";
import { VectorEnv } from "gymnasium-js";

/**
 * Refuses several runs that cannot be: no seeds, one twice, or environments that the first run would use up.
 * @throws code `settings` or `env`.
 */
export function checkSeeds(caller: string, seeds: readonly number[], env: unknown): void {
  if (!Array.isArray(seeds) || seeds.length === 0 || new Set(seeds).size !== seeds.length) {
    const got = Array.isArray(seeds) ? `[${seeds.join(", ")}]` : String(seeds);
    throw new GradbridgeError(
      "settings",
      `${caller}: seeds must be a list of different numbers, at least one, got ${got}.`,
    );
  }
  if (env instanceof VectorEnv) {
    throw new GradbridgeError(
      "env",
      `${caller}: env must be an id or a function that makes an environment: every run needs its own.`,
    );
  }
}
