import { devices } from "@gradbridge/core";
import { exitStatus } from "../exit-status.ts";
import type { CliCommand } from "./command.ts";

/** `gradbridge devices`: what this machine can compute on, and why not on the rest. */
export const devicesCommand: CliCommand = {
  declare(command) {
    command.description(
      "Lists the devices for --device: those this machine has, and why the others cannot run here.",
    );
  },

  async execute(options, terminal) {
    const known = await devices();
    if (options.json === true) {
      const list = known.map(({ name, description, available, details, reason, current }) => ({
        name,
        description,
        available,
        details: details ?? null,
        reason: reason ?? null,
        default: current,
      }));
      terminal.out(`${JSON.stringify({ devices: list })}\n`);
      return exitStatus.done;
    }
    const width = Math.max(...known.map(({ name }) => name.length)) + 2;
    for (const { name, description, available, details, reason } of known) {
      terminal.out(`${name.padEnd(width)}${available ? "available  " : "not here   "}  ${description}\n`);
      if (details !== undefined) terminal.out(`${" ".repeat(width)}runs on:     ${details}\n`);
      if (!available) terminal.out(`${" ".repeat(width)}why:         ${reason}\n`);
    }
    return exitStatus.done;
  },
};
