import { Command, CommanderError, type OptionValues } from "commander";
import { commands } from "./commands/registry.ts";
import { ArgumentError, type ExitStatus, exitStatus } from "./exit-status.ts";
import { packageVersion } from "./package-version.ts";
import type { Terminal } from "./terminal.ts";

const epilogue = `
Exit status:
  0    done
  1    failed while it ran
  2    wrong arguments; nothing ran
  130  interrupted by Ctrl-C or SIGTERM; training saves the run first

DEBUG=gradbridge in the environment shows where an error comes from.

Examples:
  $ gradbridge                                  train and evaluate on CartPole-v1, 100,000 steps
  $ gradbridge train --apply surrogate --seed 2
  $ gradbridge train --resume runs/CartPole-v1-ppo-seed-seed1 --steps 200000
  $ gradbridge eval --run runs/CartPole-v1-ppo-seed-seed1 --episodes 20 --json
`;

/**
 * The command line. Without arguments it trains as `train` does without options.
 * @param argv the arguments alone, without node and script.
 * @returns the exit status; never throws.
 */
export async function run(argv: readonly string[], terminal: Terminal): Promise<ExitStatus> {
  const words = argv.length === 0 ? ["train"] : argv;
  let status: ExitStatus = exitStatus.done;
  const program = createProgram(terminal);
  try {
    for (const { name, summary, group, load } of commands) {
      const command = program.command(name).summary(summary).helpGroup(group);
      if (load === null) announce(command);
      // Loading takes time; the list of commands and a misspelt one need none of them.
      if (load === null || !words.includes(name)) continue;
      const { declare, execute } = await load();
      declare(command);
      command.option("--json", "print exactly one JSON object; everything else goes to stderr");
      command.action(async (options: OptionValues) => {
        if (options.json === true) terminal.keepOutputPure();
        status = await execute(options, terminal);
      });
    }
    await program.parseAsync(words, { from: "user" });
    return status;
  } catch (error) {
    return report(error, terminal);
  }
}

function createProgram(terminal: Terminal): Command {
  return new Command("gradbridge")
    .description("Trains policies by improvement directions: rewards become gradients of a policy's outputs.")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "explain a command and its options")
    .addHelpText("after", epilogue)
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) });
}

/** A command that does not exist yet: its name is known, whatever comes with it. */
function announce(command: Command): void {
  command
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => {
      throw new ArgumentError(`${command.name()} comes in a later version; it is not there yet.`);
    });
}

function report(error: unknown, terminal: Terminal): ExitStatus {
  // Commander has printed its message.
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? exitStatus.done : exitStatus.wrongArguments;
  const message = error instanceof Error ? error.message : String(error);
  terminal.err(`error: ${terminal.debug && error instanceof Error ? error.stack : message}\n`);
  return error instanceof ArgumentError ? exitStatus.wrongArguments : exitStatus.failed;
}
