import { mkdir, readdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type Checkpoint, loadCheckpoint } from "@gradbridge/bridge";
import { didYouMean } from "../arguments/did-you-mean.ts";
import { ArgumentError } from "../exit-status.ts";
import { type RunConfig, runConfigSchema } from "./run-config.ts";

/** The files of one training run. */
export class RunFolder {
  readonly path: string;
  /** The run's settings, as {@link RunConfig}. */
  readonly config: string;
  /** One JSON object per update and per evaluation. */
  readonly progress: string;
  /** The policy, and everything needed to continue. */
  readonly checkpoint: string;
  /** The checkpoint whose evaluation during training was best; its evaluation is beside it, in `.json`. */
  readonly best: string;
  /** The learning curve as a picture. */
  readonly learningCurve: string;
  /** A folder of event files. */
  readonly tensorboard: string;

  constructor(path: string) {
    this.path = path;
    this.config = join(path, "config.json");
    this.progress = join(path, "progress.jsonl");
    this.checkpoint = join(path, "checkpoint.safetensors");
    this.best = join(path, "best.safetensors");
    this.learningCurve = join(path, "learning-curve.svg");
    this.tensorboard = join(path, "tensorboard");
  }

  /** Starts a run: files of an earlier one go, and only these. */
  async begin(config: RunConfig): Promise<void> {
    const { progress, checkpoint, best, learningCurve, tensorboard } = this;
    for (const file of [progress, checkpoint, best, `${best}.json`, learningCurve, tensorboard]) {
      await rm(file, { force: true, recursive: true });
    }
    await this.writeConfig(config);
  }

  /** Writes the run's settings. */
  async writeConfig(config: RunConfig): Promise<void> {
    await writeFile(this.config, `${JSON.stringify(config, null, 2)}\n`);
  }

  /** Takes the folder away again where nothing is in it. */
  async removeIfEmpty(): Promise<void> {
    await rmdir(this.path).catch(() => {});
  }
}

/**
 * A folder for a run that its user named. It is made, unless it is there and empty, or there and `force` allows the
 * run in it to be replaced.
 * @throws ArgumentError where that would overwrite something.
 */
export async function createRunFolder(
  path: string,
  { force }: { readonly force: boolean },
): Promise<RunFolder> {
  const folder = new RunFolder(path);
  if (await makeFolder(path)) return folder;
  const entries = await readdir(path).catch(() => null);
  if (entries === null) throw new ArgumentError(`--out ${path}: there is a file of this name, not a folder.`);
  if (entries.length === 0) return folder;
  if (!entries.includes(basename(folder.config))) {
    throw new ArgumentError(
      `--out ${path}: the folder holds something other than a run. Choose another one.`,
    );
  }
  if (force) return folder;
  throw new ArgumentError(
    `--out ${path}: the folder exists, and runs are not overwritten.\n` +
      `Use --force to replace it, another --out, or --resume ${path} to continue it.`,
  );
}

/** A new folder at `path`, or the first free one of `path-2`, `path-3`, … */
export async function createNumberedRunFolder(path: string): Promise<RunFolder> {
  for (let number = 1; ; number++) {
    const numbered = number === 1 ? path : `${path}-${number}`;
    if (await makeFolder(numbered)) return new RunFolder(numbered);
  }
}

/**
 * The config of an existing run.
 * @throws ArgumentError where the folder is missing, foreign or damaged.
 */
export async function readRunConfig(path: string): Promise<RunConfig> {
  const folder = new RunFolder(path);
  let text: string;
  try {
    text = await readFile(folder.config, "utf8");
  } catch (error) {
    if ((await readdir(path).catch(() => null)) !== null) {
      throw new ArgumentError(`${path} is no folder of a run: it holds no config.json.`, { cause: error });
    }
    const siblings = await readdir(dirname(path)).catch(() => []);
    const near = didYouMean(basename(path), siblings);
    throw new ArgumentError(`${path}: there is no such run folder.${near}`, { cause: error });
  }
  try {
    return runConfigSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new ArgumentError(`${folder.config} is no config of a run, or damaged: ${firstFault(error)}.`, {
      cause: error,
    });
  }
}

/**
 * The checkpoint of an existing run, on the current device: the last one, or the best.
 * @throws ArgumentError where it is missing, damaged, or of another environment.
 */
export async function readRunCheckpoint(
  path: string,
  config: Pick<RunConfig, "env">,
  which: "checkpoint" | "best" = "checkpoint",
): Promise<Checkpoint> {
  const file = new RunFolder(path)[which];
  const name = basename(file);
  const files = await readdir(path);
  if (!files.includes(name)) {
    const reason =
      which === "best" ? "it is kept where --eval-every is given" : "the run ended before it saved one";
    throw new ArgumentError(`${path} holds no ${name}: ${reason}.`);
  }
  let checkpoint: Checkpoint;
  try {
    checkpoint = await loadCheckpoint(file);
  } catch (error) {
    throw new ArgumentError(`${file} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (checkpoint.env !== config.env) {
    throw new ArgumentError(
      `${path}: config.json is of ${config.env}, but ${name} of ${checkpoint.env}; the files do not belong together.`,
    );
  }
  return checkpoint;
}

/** Whether the folder is new. */
async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw cannotMake(path, error);
  }
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw cannotMake(path, error);
  }
}

function cannotMake(path: string, error: unknown): ArgumentError {
  return new ArgumentError(`--out ${path}: cannot make the folder: ${(error as Error).message}.`, {
    cause: error,
  });
}

function firstFault(error: unknown): string {
  const issue = (error as { issues?: readonly { path: readonly PropertyKey[]; message: string }[] })
    .issues?.[0];
  return issue === undefined ? (error as Error).message : `${issue.path.join(".") || "it"}: ${issue.message}`;
}
