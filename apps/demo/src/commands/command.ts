import type { Command, OptionValues } from "commander";
import type { ExitStatus } from "../exit-status.ts";
import type { Terminal } from "../terminal.ts";

/** One command: its options, and what it does. */
export interface CliCommand {
  /** Adds description and options. */
  declare(command: Command): void;
  /**
   * Runs it.
   * @throws ArgumentError where the arguments are wrong; anything else is a failure.
   */
  execute(options: OptionValues, terminal: Terminal): Promise<ExitStatus>;
}

/** A command in the list: loaded when it is called, so that the list and wrong words answer at once. */
export interface CommandEntry {
  readonly name: string;
  /** For the list of commands. */
  readonly summary: string;
  /** Heading it stands under. */
  readonly group: string;
  /** Null where it is only announced. */
  readonly load: (() => Promise<CliCommand>) | null;
}
