import { type Checkpoint, resolveSettings, startDevice, type TrainSettings } from "@gradbridge/bridge";
import { requireDevice } from "../arguments/device.ts";
import { type Environment, findEnvironment } from "../arguments/environment.ts";
import { givenSettings, optionName, resumableSettings } from "../arguments/setting-options.ts";
import { ArgumentError } from "../exit-status.ts";
import { type RunConfig, runConfig } from "../run-folder/run-config.ts";
import {
  createNumberedRunFolder,
  createRunFolder,
  RunFolder,
  readRunCheckpoint,
  readRunConfig,
} from "../run-folder/run-folder.ts";

/** A run that can start: all its arguments hold. */
export interface RunPlan {
  readonly config: RunConfig;
  readonly folder: RunFolder;
  readonly rewardThreshold: number | null;
  /** Whether to write event files for TensorBoard. */
  readonly tensorboard: boolean;
  /** Mean return of the last 100 training episodes that ends the run; null for none. */
  readonly stopReturn: number | null;
  /** Where to continue; absent for a new run. */
  readonly resume?: Checkpoint;
}

/** What `train` was given beside settings. */
export interface RunOptions {
  readonly env?: string;
  readonly plugin?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly resume?: string;
  readonly tensorboard?: boolean;
  readonly stopReturn?: number;
  readonly [setting: string]: unknown;
}

/** The environment of `train` without --env. */
export const defaultEnvironment = "CartPole-v1";

/**
 * Checks the arguments and makes the folder.
 * @throws ArgumentError
 */
export async function planRun(options: RunOptions): Promise<RunPlan> {
  return options.resume === undefined ? newRun(options) : resumedRun(options.resume, options);
}

async function newRun(options: RunOptions): Promise<RunPlan> {
  const environment = await findEnvironment(options.env ?? defaultEnvironment, options.plugin);
  const settings = settingsFor(environment, givenSettings(options));
  await requireDevice(settings.device);
  const config = runConfig({ env: environment.id, plugin: environment.plugin, settings });
  const folder =
    options.out === undefined
      ? await createNumberedRunFolder(defaultFolder(config))
      : await createRunFolder(options.out, { force: options.force === true });
  return { config, folder, rewardThreshold: environment.rewardThreshold, ...watching(options) };
}

async function resumedRun(path: string, options: RunOptions): Promise<RunPlan> {
  refuseChanges(options);
  const saved = await readRunConfig(path);
  const environment = await findEnvironment(saved.env, options.plugin ?? saved.plugin ?? undefined);
  const settings = settingsFor(environment, { ...saved.settings, ...givenSettings(options) });
  await requireDevice(settings.device);
  await startDevice(settings);
  const resume = await readRunCheckpoint(path, saved);
  const { steps } = resume.progress;
  if (steps >= settings.steps) {
    throw new ArgumentError(
      `--resume ${path}: the run has done ${steps} of ${settings.steps} steps.\n` +
        `To continue it, ask for more: --steps ${2 * steps}`,
    );
  }
  const config = runConfig({ env: saved.env, plugin: environment.plugin, settings });
  const { rewardThreshold } = environment;
  return { config, folder: new RunFolder(path), rewardThreshold, resume, ...watching(options) };
}

function watching({ tensorboard, stopReturn }: RunOptions): Pick<RunPlan, "tensorboard" | "stopReturn"> {
  return { tensorboard: tensorboard === true, stopReturn: stopReturn ?? null };
}

/**
 * What was given, completed by what suits the environment.
 * @throws ArgumentError naming every wrong value
 */
export function settingsFor({ id, defaults }: Environment, given: Partial<TrainSettings>): TrainSettings {
  try {
    return resolveSettings(id, given, defaults);
  } catch (error) {
    throw new ArgumentError((error as Error).message, { cause: error });
  }
}

/** A run continues as what it is. */
function refuseChanges(options: RunOptions): void {
  const own = ["json", "resume", "plugin", "tensorboard", "stopReturn", ...resumableSettings];
  const changed = Object.keys(options).filter((name) => options[name] !== undefined && !own.includes(name));
  if (changed.length === 0) return;
  throw new ArgumentError(
    `--resume continues a run with its own settings; ${changed.map(optionName).join(", ")} cannot change.\n` +
      `Allowed beside it: ${own
        .filter((name) => name !== "resume")
        .map(optionName)
        .join(", ")}.`,
  );
}

function defaultFolder({ env, settings }: RunConfig): string {
  const name = `${env}-${settings.estimator}-${settings.apply}-seed${settings.seed}`;
  return `runs/${name.replace(/[^\w.-]+/g, "-")}`;
}
