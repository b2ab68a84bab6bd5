import { devices } from "@gradbridge/core";
import { deviceFindings } from "../doctor/devices.ts";
import type { Finding } from "../doctor/finding.ts";
import { nodeFinding, webAssemblyFindings } from "../doctor/javascript.ts";
import { nvidiaFinding, pythonFindings } from "../doctor/programs.ts";
import { exitStatus } from "../exit-status.ts";
import type { CliCommand } from "./command.ts";

/** `gradbridge doctor`: what this machine can run, and if not, why, and what to install. */
export const doctorCommand: CliCommand = {
  declare(command) {
    command.description(
      "Looks at this machine: Node.js, WebAssembly, devices, GPU drivers, Python. Says what is missing and what to install.\n" +
        "Fails (status 1) where nothing can be trained.",
    );
  },

  async execute(options, terminal) {
    const known = await devices();
    const findings = [
      nodeFinding(process.versions.node),
      ...webAssemblyFindings(),
      ...deviceFindings(known),
      nvidiaFinding(),
      ...pythonFindings(),
    ];
    const ready = findings.every(({ status }) => status !== "problem");
    const usable = known.filter(({ available }) => available).map(({ name }) => name);
    if (options.json === true) terminal.out(`${JSON.stringify({ ready, devices: usable, findings })}\n`);
    else terminal.out(report(findings, ready, usable));
    return ready ? exitStatus.done : exitStatus.failed;
  },
};

function report(findings: readonly Finding[], ready: boolean, usable: readonly string[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length)) + 2;
  const lines = findings.flatMap(({ name, status, found, advice }) => [
    `${status.padEnd(9)}${name.padEnd(width)}${found}`,
    ...(advice === null ? [] : [`${" ".repeat(9 + width)}${advice}`]),
  ]);
  const end = ready
    ? `This machine can train, on: ${usable.join(", ")}.`
    : "This machine cannot train: see the problems above.";
  return `${lines.join("\n")}\n\n${end}\n`;
}
