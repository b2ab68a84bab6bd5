import { ArgumentError, type ExitStatus, exitStatus } from "../exit-status.ts";
import type { Terminal } from "../terminal.ts";
import { carryOut } from "./carry-out.ts";
import { closingSummary, type TrainReport, trainReport } from "./closing-summary.ts";
import { planRun, type RunOptions } from "./plan-run.ts";

/** What `train --seeds --json` prints. */
export interface SeedsReport {
  readonly env: string;
  readonly estimator: string;
  readonly apply: string;
  readonly device: string;
  readonly seeds: readonly number[];
  /** Mean over the runs of their mean returns; null where none was evaluated. */
  readonly evalMean: number | null;
  /** Sample standard deviation (÷ n − 1) over the runs of their mean returns; 0 for one. */
  readonly evalStd: number | null;
  readonly runs: readonly TrainReport[];
}

/** One run for each seed, each in its own folder: `FOLDER/seedN` with --out. Ctrl-C ends the run and those to come. */
export async function trainEverySeed(
  seeds: readonly number[],
  options: RunOptions,
  terminal: Terminal,
): Promise<ExitStatus> {
  refuse(options);
  const reports: TrainReport[] = [];
  let status: ExitStatus = exitStatus.done;
  for (const seed of seeds) {
    const own = { ...options, seed, seeds: undefined };
    const plan = await planRun(
      options.out === undefined ? own : { ...own, out: `${options.out}/seed${seed}` },
    );
    const result = await carryOut(plan, terminal);
    reports.push(trainReport(plan, result));
    if (options.json !== true) terminal.out(closingSummary(plan, result, terminal.program));
    if (result.reason === "aborted") {
      status = exitStatus.interrupted;
      break;
    }
  }
  const report = seedsReport(reports);
  terminal.out(options.json === true ? `${JSON.stringify(report)}\n` : summary(report));
  return status;
}

function refuse({ resume, seed }: RunOptions): void {
  if (resume !== undefined) {
    throw new ArgumentError("--seeds starts new runs; continue each with --resume on its own.");
  }
  if (seed !== undefined) throw new ArgumentError("--seeds says which seeds: leave out --seed.");
}

function seedsReport(runs: readonly TrainReport[]): SeedsReport {
  const { env, estimator, apply, device } = runs[0]!;
  const means = runs.flatMap(({ evalMean }) => (evalMean === null ? [] : [evalMean]));
  const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
  const squares = means.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const std = means.length === 1 ? 0 : Math.sqrt(squares / (means.length - 1));
  const evaluated = means.length > 0;
  return {
    env,
    estimator,
    apply,
    device,
    seeds: runs.map(({ seed }) => seed),
    evalMean: evaluated ? mean : null,
    evalStd: evaluated ? std : null,
    runs,
  };
}

function summary({ env, seeds, evalMean, evalStd, runs }: SeedsReport): string {
  const returns = runs.map(
    ({ seed, evalMean }) => `  seed ${seed}: ${evalMean === null ? "–" : evalMean.toFixed(1)}`,
  );
  const over =
    evalMean === null || evalStd === null ? "–" : `return ${evalMean.toFixed(1)} ± ${evalStd.toFixed(1)}`;
  return `\n${env}: ${over} over ${seeds.length} seeds\n${returns.join("\n")}\n`;
}
