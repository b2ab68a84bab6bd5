import { defaultSettings, resolveSettings } from "@gradbridge/bridge";
import type { Option } from "commander";
import { settingOptions } from "../arguments/setting-options.ts";
import { decimal, seedList } from "../arguments/values.ts";
import { exitStatus } from "../exit-status.ts";
import { carryOut } from "../training/carry-out.ts";
import { closingSummary, trainReport } from "../training/closing-summary.ts";
import { defaultEnvironment, planRun } from "../training/plan-run.ts";
import { trainEverySeed } from "../training/train-every-seed.ts";
import type { CliCommand } from "./command.ts";

/** `gradbridge train`: a new run, or one continued. */
export const trainCommand: CliCommand = {
  declare(command) {
    command
      .description(
        "Trains a policy and evaluates it. Ctrl-C ends it after the current update, with everything saved " +
          "(exit status 130); a second Ctrl-C ends it at once.",
      )
      .optionsGroup("Run:")
      .option("--env <id>", `the environment (default: ${defaultEnvironment})`)
      .option("--plugin <specifier>", "load environments first: a path as ./my-env.ts, or a package")
      .option("--out <folder>", "where the run goes (default: runs/ENV-ESTIMATOR-APPLY-seedSEED)")
      .option("--force", "replace the run in --out")
      .option(
        "--seeds <count>",
        "one run for each of the seeds 1 … count, or of a list as 1,2,7; with --out each in FOLDER/seedN",
        seedList,
      )
      .option("--resume <folder>", "continue this run; --steps may ask for more");
    command
      .option("--tensorboard", "also write event files for TensorBoard, in the run's folder")
      .option(
        "--stop-return <return>",
        "end the run once the last 100 episodes return this on average",
        decimal,
      );
    for (const option of settingOptions()) command.addOption(option);
    command.optionsGroup("Output:");
    command.configureHelp({
      optionDescription: (option) => describe(option, command.opts().env, command.opts().estimator),
    });
    command.addHelpText(
      "after",
      "\nIn brackets: the tuned settings of CartPole-v1 with ppo. Others: gradbridge train --env ID --estimator NAME --help",
    );
  },

  async execute(options, terminal) {
    if (options.seeds !== undefined) return trainEverySeed(options.seeds, options, terminal);
    const plan = await planRun(options);
    const result = await carryOut(plan, terminal);
    terminal.out(
      options.json === true
        ? `${JSON.stringify(trainReport(plan, result))}\n`
        : closingSummary(plan, result, terminal.program),
    );
    return result.reason === "aborted" ? exitStatus.interrupted : exitStatus.done;
  },
};

/** An option's text with its default for the environment and estimator that stand before --help. */
function describe(option: Option, env: string | undefined, estimator: string | undefined): string {
  const name = option.attributeName();
  if (!(name in defaultSettings)) return option.description;
  const settings: { readonly [name: string]: unknown } = {
    ...resolveSettings(env ?? defaultEnvironment, { estimator }),
  };
  return `${option.description} (${String(settings[name])})`;
}
