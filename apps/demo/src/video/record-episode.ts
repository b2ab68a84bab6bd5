import { evaluate } from "@gradbridge/bridge";
import type { Policy } from "@gradbridge/policy";
import { type Env, make, RecordVideo } from "gymnasium-js";
import { ArgumentError } from "../exit-status.ts";

/** What to record. */
export interface EpisodeToRecord {
  readonly id: string;
  /** Where the animated GIF goes; made if it is not there. */
  readonly folder: string;
  /** The episode starts from this seed. */
  readonly seed: number;
  readonly deterministic: boolean;
  /** Whether the policy chooses among allowed actions only. */
  readonly actionMask: boolean;
}

/**
 * Runs one episode and records it as an animated GIF, the first episode of an evaluation with the same seed.
 * @returns the path of the GIF.
 * @throws ArgumentError where the environment draws no images, or the package that draws them is not installed.
 */
export function recordEpisode(
  policy: Policy,
  { id, folder, seed, deterministic, actionMask }: EpisodeToRecord,
): string {
  const namePrefix = `${id.replaceAll("/", "-")}-seed${seed}`;
  const record = (): Env =>
    new RecordVideo(make(id, { renderMode: "rgb_array" }) as unknown as Env, {
      videoFolder: folder,
      namePrefix,
      episodeTrigger: () => true,
    }) as unknown as Env;
  try {
    evaluate(policy, record, { episodes: 1, seed, deterministic, actionMask });
  } catch (error) {
    throw new ArgumentError(`--video: ${(error as Error).message}`, { cause: error });
  }
  return `${folder}/${namePrefix}-episode-0.gif`;
}
