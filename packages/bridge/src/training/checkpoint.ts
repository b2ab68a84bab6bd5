import { GradbridgeError, type Tensor, tensor } from "@gradbridge/core";
import { loadTensors, type Policy, saveTensors } from "@gradbridge/policy";
import type { PCG64State } from "@gradbridge/random";
import type { JsonValue } from "gymnasium-js";
import type { Episode } from "../rollouts/rollout.ts";
import { settingsSchema, type TrainSettings } from "./settings.ts";

/** The part of a training run's state that is not tensors. */
export interface Progress {
  /** Environment steps taken. */
  readonly steps: number;
  /** Rollouts learned from. */
  readonly update: number;
  /** Seconds spent training. */
  readonly seconds: number;
  /** Episodes finished. */
  readonly episodes: number;
  /** The latest of them. */
  readonly recent: readonly Episode[];
  readonly generators: { readonly action: PCG64State; readonly shuffle: PCG64State };
  readonly position: {
    readonly observation: readonly number[];
    readonly episodeReturn: readonly number[];
    readonly episodeLength: readonly number[];
    /** What the environments allow; absent where masks are not used. */
    readonly mask?: readonly number[];
  };
  /** State of the environments; null where they offer none, then they are reset on resuming. */
  readonly envs: JsonValue;
  readonly optimizer: { readonly step: number; readonly learningRate: number };
  /** What the normalisers have learned; null where there is none. */
  readonly normalizers: { readonly observation: JsonValue; readonly reward: JsonValue };
}

/** Everything needed to continue a run exactly, or to use its policy. */
export interface Checkpoint {
  readonly settings: TrainSettings;
  /** Id of the environment; null where it was not made by id. */
  readonly env: string | null;
  readonly progress: Progress;
  /**
   * Parameters as `policy.…`, optimizer state as `optimizer.…`. Where observations are normalised,
   * `policy.observation.mean` and `policy.observation.variance` are the statistics that the policy acts with.
   */
  readonly tensors: { readonly [name: string]: Tensor };
}

const format = "gradbridge-checkpoint";
const version = "1";

/**
 * Writes a checkpoint, whole or not at all, as a safetensors file with its state in the metadata. Folders on the way to it
 * are made.
 * @throws code `file` where it cannot be written.
 */
export async function saveCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const { settings, env, progress, tensors } = checkpoint;
  await saveTensors(path, tensors, {
    format,
    version,
    env: JSON.stringify(env),
    settings: JSON.stringify(settings),
    progress: JSON.stringify(progress),
  });
}

/**
 * Reads a checkpoint.
 * @throws code `file` or `safetensors` where the file cannot be read, `checkpoint` where it is something else.
 */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  const { tensors, metadata } = await loadTensors(path);
  if (metadata.format !== format || metadata.version !== version) {
    throw new GradbridgeError(
      "checkpoint",
      `${path} is no checkpoint of a training run (format "${metadata.format ?? "none"}", version "${metadata.version ?? "none"}"; ` +
        `expected "${format}" "${version}").`,
    );
  }
  try {
    return {
      settings: settingsSchema.parse(JSON.parse(metadata.settings ?? "")),
      env: JSON.parse(metadata.env ?? "null") as string | null,
      progress: JSON.parse(metadata.progress ?? "") as Progress,
      tensors,
    };
  } catch (error) {
    throw new GradbridgeError(
      "checkpoint",
      `${path}: the checkpoint's metadata is damaged: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
}

/** The entries whose names begin with `prefix.`, without it. */
export function withoutPrefix(
  tensors: { readonly [name: string]: Tensor },
  prefix: string,
): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(`${prefix}.`))
      .map(([name, value]) => [name.slice(prefix.length + 1), value]),
  );
}

/** The entries with `prefix.` before their names. */
export function withPrefix(
  tensors: { readonly [name: string]: Tensor },
  prefix: string,
): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, value]) => [`${prefix}.${name}`, value]));
}

/** The same tensors on one device, copied where they are on another. */
export async function movedTo(
  device: string,
  tensors: { readonly [name: string]: Tensor },
): Promise<Record<string, Tensor>> {
  const entries = Object.entries(tensors).map(
    async ([name, value]) =>
      [
        name,
        value.device === device ? value : tensor(await value.data(), { shape: value.shape, device }),
      ] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** Copies a checkpoint's parameters into a policy of the same architecture. */
export function restorePolicy(policy: Policy, checkpoint: Checkpoint): void {
  policy.loadStateDict(withoutPrefix(checkpoint.tensors, "policy"));
}
