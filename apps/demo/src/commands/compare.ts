import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ComparedRun, compareModes } from "@gradbridge/bridge";
import { renderCharts } from "@gradbridge/charts";
import { requireDevice } from "../arguments/device.ts";
import { findEnvironment } from "../arguments/environment.ts";
import { givenSettings, settingOptions } from "../arguments/setting-options.ts";
import { wholeNumber } from "../arguments/values.ts";
import { comparisonCharts } from "../comparison/comparison-charts.ts";
import { comparisonTable } from "../comparison/comparison-table.ts";
import { summarize } from "../comparison/summarize.ts";
import { ArgumentError, exitStatus } from "../exit-status.ts";
import { defaultEnvironment, settingsFor } from "../training/plan-run.ts";
import type { CliCommand } from "./command.ts";

/** Settings that differ between the compared runs, and so cannot be given. */
const compared = ["apply", "anchor", "seed"];

/** `gradbridge compare`: every way of applying δ, side by side over seeds. */
export const compareCommand: CliCommand = {
  declare(command) {
    command
      .description(
        "Trains in every mode (seed, surrogate around y and around the outputs that acted, inner) with every seed, and " +
          "compares returns, parameter gradients and time. Writes comparison.svg and comparison.json.",
      )
      .optionsGroup("Comparison:")
      .option("--env <id>", `the environment (default: ${defaultEnvironment})`)
      .option("--plugin <specifier>", "load environments first: a path as ./my-env.ts, or a package")
      .option("--seeds <count>", "train with the seeds 1 … count", wholeNumber, 5)
      .option("--out <folder>", "where the results go (default: runs/compare-ENV-ESTIMATOR)");
    for (const option of settingOptions()) {
      if (!compared.includes(option.attributeName())) command.addOption(option);
    }
    command.optionsGroup("Output:");
  },

  async execute(options, terminal) {
    const count: number = options.seeds;
    if (!(count >= 1)) throw new ArgumentError(`--seeds ${count}: at least 1.`);
    const environment = await findEnvironment(options.env ?? defaultEnvironment, options.plugin);
    const settings = settingsFor(environment, givenSettings(options));
    await requireDevice(settings.device);
    const out: string = options.out ?? `runs/compare-${environment.id}-${settings.estimator}`;
    const { apply: _apply, anchor: _anchor, seed: _seed, ...shared } = settings;
    const interrupts = terminal.interrupts();
    let runs: ComparedRun[];
    try {
      runs = await compareModes({
        env: environment.id,
        ...shared,
        seeds: Array.from({ length: count }, (_, i) => i + 1),
        signal: interrupts.signal,
        onRun: ({ mode, seed, evaluation }) => {
          terminal.err(
            `seed ${seed}, ${mode.name}: return ${evaluation?.mean.toFixed(1) ?? "not evaluated"}\n`,
          );
        },
      });
    } finally {
      interrupts.release();
    }
    if (runs.length === 0) return exitStatus.interrupted;
    const summaries = summarize(runs);
    await mkdir(out, { recursive: true });
    const picture = join(out, "comparison.svg");
    const title = `${environment.id}, ${settings.estimator}`;
    await writeFile(picture, await renderCharts(comparisonCharts(title, runs, environment.rewardThreshold)));
    const report = {
      env: environment.id,
      estimator: settings.estimator,
      steps: settings.steps,
      modes: summaries,
    };
    await writeFile(
      join(out, "comparison.json"),
      `${JSON.stringify({ ...report, settings: shared, runs }, null, 1)}\n`,
    );
    terminal.out(
      options.json === true
        ? `${JSON.stringify({ ...report, picture })}\n`
        : `\n${comparisonTable(summaries)}\n${picture}\n`,
    );
    return interrupts.signal.aborted ? exitStatus.interrupted : exitStatus.done;
  },
};
