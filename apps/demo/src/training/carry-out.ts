import {
  bestModel,
  checkpoint,
  defineCallback,
  jsonlLogger,
  progressBar,
  stopOnReturn,
  type TrainResult,
  tensorboardLogger,
  train,
} from "@gradbridge/bridge";
import { GradbridgeError } from "@gradbridge/core";
import { ArgumentError } from "../exit-status.ts";
import { drawLearningCurve } from "../learning-curve/draw-learning-curve.ts";
import { readProgressLog } from "../run-folder/progress-log.ts";
import type { RunConfig } from "../run-folder/run-config.ts";
import type { Terminal } from "../terminal.ts";
import type { RunPlan } from "./plan-run.ts";
import { progressLines } from "./progress-lines.ts";

/**
 * Trains, keeps the run's files, and draws its learning curve, however it ends. Ctrl-C ends it after the current
 * update, with everything saved: then the result's reason is `aborted`.
 * @throws ArgumentError where the environment and the settings do not go together; nothing is left behind then.
 */
export async function carryOut(plan: RunPlan, terminal: Terminal): Promise<TrainResult> {
  const { config, folder, resume } = plan;
  const interrupts = terminal.interrupts();
  let started = false;
  const begin = defineCallback({
    name: "runFolder",
    async onStart() {
      await (resume === undefined ? folder.begin(config) : folder.writeConfig(config));
      started = true;
      terminal.err(
        `${resume === undefined ? "Training" : "Continuing"} ${config.env}: ${methodOf(config)} → ${folder.path}\n`,
      );
      if (resume !== undefined && resume.progress.envs === null) {
        terminal.err(`${config.env} cannot save its state: it goes on with new episodes.\n`);
      }
    },
    onWarning(_, message) {
      terminal.err(`${message}\n`);
    },
  });
  const progress = terminal.interactive ? progressBar() : progressLines((text) => terminal.err(text));
  try {
    const result = await train({
      env: config.env,
      ...config.settings,
      ...(resume === undefined ? {} : { resume }),
      signal: interrupts.signal,
      callbacks: [
        begin,
        jsonlLogger(folder.progress),
        checkpoint(folder.checkpoint),
        ...(config.settings.evalEvery > 0 ? [bestModel(folder.best)] : []),
        ...(plan.tensorboard ? [tensorboardLogger(folder.tensorboard)] : []),
        ...(plan.stopReturn === null ? [] : [stopOnReturn(plan.stopReturn)]),
        progress,
      ],
    });
    await draw(plan);
    return result;
  } catch (error) {
    if (started) {
      // What went wrong in training is the news, and not that its picture could not be drawn.
      await draw(plan).catch(() => {});
      throw error;
    }
    if (resume === undefined) await folder.removeIfEmpty();
    if (error instanceof GradbridgeError) throw new ArgumentError(error.message, { cause: error });
    throw error;
  } finally {
    interrupts.release();
  }
}

async function draw({ config, folder, rewardThreshold }: RunPlan): Promise<void> {
  await drawLearningCurve(folder.learningCurve, {
    title: config.env,
    subtitle: methodOf(config),
    rewardThreshold,
    ...(await readProgressLog(folder.progress)),
  });
}

function methodOf({ settings: { estimator, apply, device, seed } }: RunConfig): string {
  return `${estimator}, δ applied by ${apply}, on ${device}, seed ${seed}`;
}
