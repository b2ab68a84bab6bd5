import { evaluate, makePolicy, restorePolicy } from "@gradbridge/bridge";
import { setDevice } from "@gradbridge/core";
import { make } from "gymnasium-js";
import { requireDevice } from "../arguments/device.ts";
import { findEnvironment } from "../arguments/environment.ts";
import { count, seed } from "../arguments/values.ts";
import { ArgumentError, exitStatus } from "../exit-status.ts";
import { readRunCheckpoint, readRunConfig } from "../run-folder/run-folder.ts";
import { recordEpisode } from "../video/record-episode.ts";
import type { CliCommand } from "./command.ts";

/** Episodes where the run itself was never evaluated. */
const usualEpisodes = 100;

/** `gradbridge eval`: returns of a run's policy. With the run's own episodes and seed they are those of its training. */
export const evalCommand: CliCommand = {
  declare(command) {
    command
      .description(
        "Evaluates the policy of a run. Without further options it repeats the evaluation at the end of training, " +
          "return for return.",
      )
      .requiredOption("--run <folder>", "the run, as runs/NAME")
      .option("--episodes <count>", "how many (default: as in training)", count)
      .option("--seed <integer>", "episode i starts from this seed + i (default: as in training)", seed)
      .option("--best", "the policy whose evaluation during training was best, not the last one")
      .option("--stochastic", "draw actions from the policy instead of taking the most likely one")
      .option("--video <folder>", "also record the first episode there, as an animated GIF")
      .option("--device <name>", "see gradbridge devices (default: as in training)")
      .option("--plugin <specifier>", "where the environment comes from, if it is no longer where it was");
  },

  async execute(options, terminal) {
    const run: string = options.run;
    const { env: id, plugin, settings } = await readRunConfig(run);
    const { rewardThreshold } = await findEnvironment(id, options.plugin ?? plugin ?? undefined);
    const device: string = options.device ?? settings.device;
    await requireDevice(device);
    await setDevice(device);
    const checkpoint = await readRunCheckpoint(run, { env: id }, options.best ? "best" : "checkpoint");
    const env = make(id);
    const policy = makePolicy(env, settings);
    env.close();
    try {
      restorePolicy(policy, checkpoint);
    } catch (error) {
      throw new ArgumentError(`${run}: the checkpoint does not fit the run: ${(error as Error).message}`, {
        cause: error,
      });
    }
    const deterministic = options.stochastic !== true;
    const from: number = options.seed ?? settings.evalSeed;
    const { episodes, mean, std, returns } = evaluate(policy, id, {
      episodes: options.episodes ?? (settings.evalEpisodes || usualEpisodes),
      seed: from,
      deterministic,
      actionMask: settings.actionMask,
    });
    const video =
      options.video === undefined
        ? null
        : recordEpisode(policy, {
            id,
            folder: options.video,
            seed: from,
            deterministic,
            actionMask: settings.actionMask,
          });
    if (options.json === true) {
      const result = { env: id, run, episodes, seed: from, deterministic, mean, std, returns };
      terminal.out(`${JSON.stringify(video === null ? result : { ...result, video })}\n`);
    } else {
      const actions = deterministic ? "most likely actions" : "drawn actions";
      const threshold = rewardThreshold === null ? "" : `; threshold ${rewardThreshold}`;
      terminal.out(
        `${id}: return ${mean.toFixed(1)} ± ${std.toFixed(1)} over ${episodes} episodes ` +
          `(${actions}, seed ${from}, lowest ${Math.min(...returns).toFixed(1)}, ` +
          `highest ${Math.max(...returns).toFixed(1)}${threshold})\n`,
      );
      if (video !== null) terminal.out(`the first episode: ${video}\n`);
    }
    return exitStatus.done;
  },
};
