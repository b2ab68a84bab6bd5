import { multiplyAddWide } from "./peak.ts";
import type { StartSubject } from "./subject.ts";
import { deviceOf } from "./systems/devices.ts";
import * as gradbridge from "./systems/gradbridge.ts";
import { ppoUpdate } from "./systems/ppo-update.ts";
import { type RunName, training } from "./systems/training.ts";

/** Threads of the device. */
interface Threads {
  readonly threads: 1 | 2;
}

/** Systems of ours by name, from options that fit in JSON; `wide` says whether the engine has 256-bit operations, to be used. */
export interface Works {
  seededStep(
    options: Threads & { readonly sizes: readonly number[]; readonly batch: number },
    wide: boolean,
  ): StartSubject;
  ppoUpdate(options: Threads, wide: boolean): StartSubject;
  training(options: Threads & { readonly run: RunName }, wide: boolean): StartSubject;
  multiplyAdd(options: Record<string, never>, wide: boolean): StartSubject;
}

/** What serve.ts runs in a process of another Node: the same subjects as in this one, on another device. */
export const works: Works = {
  seededStep: ({ sizes, batch, threads }, wide) =>
    gradbridge.seededStep("compiled", sizes, batch, deviceOf(threads, wide)),
  ppoUpdate: ({ threads }, wide) => ppoUpdate("compiled", "seed", deviceOf(threads, wide)),
  training: ({ run, threads }, wide) => training(run, deviceOf(threads, wide)),
  multiplyAdd: (_, wide) => multiplyAddWide(wide),
};
