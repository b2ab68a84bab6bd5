import type { CommandEntry } from "./command.ts";

const work = "Commands:";
const machine = "What there is:";
const later = "Coming later:";

/** Every command, one line each. */
export const commands: readonly CommandEntry[] = [
  {
    name: "train",
    summary: "train a policy, or continue a run",
    group: work,
    load: async () => (await import("./train.ts")).trainCommand,
  },
  {
    name: "eval",
    summary: "evaluate the policy of a run",
    group: work,
    load: async () => (await import("./eval.ts")).evalCommand,
  },
  {
    name: "compare",
    summary: "seed, surrogate and inner side by side",
    group: work,
    load: async () => (await import("./compare.ts")).compareCommand,
  },
  {
    name: "envs",
    summary: "list the environments",
    group: machine,
    load: async () => (await import("./envs.ts")).envsCommand,
  },
  {
    name: "devices",
    summary: "list the devices, and why one cannot be used here",
    group: machine,
    load: async () => (await import("./devices.ts")).devicesCommand,
  },
  {
    name: "doctor",
    summary: "what this machine can run, and what to install",
    group: machine,
    load: async () => (await import("./doctor.ts")).doctorCommand,
  },
  { name: "serve", summary: "the live page of a run", group: later, load: null },
];
