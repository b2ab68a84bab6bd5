import type { TrainResult } from "@gradbridge/bridge";
import type { RunPlan } from "./plan-run.ts";

/** What `train --json` prints. */
export interface TrainReport {
  readonly env: string;
  readonly estimator: string;
  readonly apply: string;
  readonly device: string;
  readonly seed: number;
  /** Environment steps taken: what was asked for, rounded up to whole rollouts. */
  readonly steps: number;
  /** Seconds of training alone. */
  readonly seconds: number;
  readonly stepsPerSecond: number;
  /** Mean return of the evaluation at the end; null where there was none, or the run was interrupted. */
  readonly evalMean: number | null;
  readonly evalStd: number | null;
  readonly evalEpisodes: number;
  /** The run's folder. */
  readonly run: string;
}

/** The report of a run. */
export function trainReport({ config, folder }: RunPlan, result: TrainResult): TrainReport {
  const { estimator, apply, device, seed } = config.settings;
  const { steps, seconds, stepsPerSecond, evaluation } = result;
  return {
    env: config.env,
    estimator,
    apply,
    device,
    seed,
    steps,
    seconds,
    stepsPerSecond,
    evalMean: evaluation?.mean ?? null,
    evalStd: evaluation?.std ?? null,
    evalEpisodes: evaluation?.episodes ?? 0,
    run: folder.path,
  };
}

/**
 * The end of `train` for people: what came out, where it is, and what to do with it.
 * @param program how the user calls this program
 */
export function closingSummary(plan: RunPlan, result: TrainResult, program: string): string {
  const { config, folder, rewardThreshold } = plan;
  const { steps, seconds, stepsPerSecond, evaluation } = result;
  const interrupted = result.reason === "aborted";
  const whole = (value: number): string => Math.round(value).toLocaleString("en");
  const rows: [label: string, text: string][] = [];
  if (evaluation !== null) {
    const { mean, std, episodes } = evaluation;
    const reached = rewardThreshold !== null && mean >= rewardThreshold;
    const threshold =
      rewardThreshold === null ? "" : `; threshold ${rewardThreshold} ${reached ? "reached" : "not reached"}`;
    rows.push([
      "evaluation",
      `return ${mean.toFixed(1)} ± ${std.toFixed(1)} over ${episodes} episodes${threshold}`,
    ]);
  }
  rows.push([
    "training",
    `${whole(steps)} steps in ${seconds.toFixed(1)} s (${whole(stepsPerSecond)} steps/s)`,
  ]);
  rows.push(
    ["run", folder.path],
    ["", "config.json               the settings"],
    ["", "progress.jsonl            one line per update and evaluation"],
    ["", "checkpoint.safetensors    the policy, and all that is needed to continue"],
    ["", "learning-curve.svg        the learning curve"],
    ...(config.settings.evalEvery > 0
      ? [
          ["", "best.safetensors          the best policy of all evaluations: eval --best"] as [
            string,
            string,
          ],
        ]
      : []),
    ...(plan.tensorboard
      ? [["", "tensorboard/              event files: tensorboard --logdir"] as [string, string]]
      : []),
    interrupted
      ? ["continue", `${program} train --resume ${folder.path}`]
      : ["evaluate again", `${program} eval --run ${folder.path}`],
    ["see the curve", `open ${folder.learningCurve} in a browser`],
  );
  const title = interrupted ? `${config.env}: interrupted, everything is saved` : `${config.env}: done`;
  return `\n${title}\n${rows.map(([label, text]) => `  ${label.padEnd(16)}${text}`).join("\n")}\n`;
}
