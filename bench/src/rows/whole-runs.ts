import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { newestEngine, newestNode, onNewestNode } from "../newest-node.ts";
import { peer, peersFolder, python } from "../peer.ts";
import { type Row, stepsPerSecond, wholeSeconds } from "../row.ts";
import type { StartSubject } from "../subject.ts";
import { oneThread, twoThreads, wideBuild } from "../systems/devices.ts";
import { type RunName, stepsOf, training } from "../systems/training.ts";

const tunedSteps = stepsOf("tuned");
const cleanrlSteps = stepsOf("cleanrl");
/** The one that others are compared with. */
const newest = `Gradbridge, ${newestNode}, 2 threads`;

/** Whole training runs. */
export function wholeRuns(withPeers: boolean): Row[] {
  return [
    {
      id: "ppo-tuned",
      title: "PPO on CartPole-v1, tuned, 100k steps",
      unit: stepsPerSecond(tunedSteps),
      long: true,
      goals: { "Stable-Baselines3": 10 },
      newest,
      systems: {
        ...ours("tuned"),
        ...(withPeers && {
          "Stable-Baselines3": peer("sb3_ppo", "tuned", { steps: tunedSteps }),
          "JAX, all jitted": peer("jax_ppo", "whole_run", { settings: "tuned", steps: tunedSteps }),
        }),
      },
    },
    {
      id: "ppo-cleanrl",
      title: "PPO on CartPole-v1, CleanRL's settings, 500k steps",
      unit: stepsPerSecond(cleanrlSteps),
      long: true,
      goals: { "CleanRL-like": 30, JAX: 1 },
      newest,
      systems: {
        ...ours("cleanrl"),
        ...(withPeers && {
          "CleanRL-like, PyTorch": peer("cleanrl_like_ppo", "whole_run", { steps: cleanrlSteps }),
          "JAX, all jitted": peer("jax_ppo", "whole_run", { settings: "cleanrl", steps: cleanrlSteps }),
        }),
      },
    },
    {
      id: "ppo-pendulum",
      title: "PPO on Pendulum-v1, RLtools' settings, 307,200 steps",
      unit: wholeSeconds,
      long: true,
      newest,
      systems: ours("pendulum"),
    },
    {
      id: "ppo-tuned-process",
      title: "the tuned run, from process start to trained policy",
      unit: wholeSeconds,
      long: true,
      goals: { JAX: 3 },
      newest,
      systems: {
        "Gradbridge, 2 threads": program((steps) => [process.execPath, ourProgram, steps, "2"]),
        "Gradbridge, 1 thread": program((steps) => [process.execPath, ourProgram, steps, "1"]),
        [newest]: programOnNewest("2"),
        [`Gradbridge, ${newestNode}, 1 thread`]: programOnNewest("1"),
        ...(withPeers && {
          "JAX, all jitted": program((steps) => [python, `${peersFolder}jax_ppo.py`, "tuned", steps, "1"]),
        }),
      },
    },
  ];
}

// The compiled program also where this file is run from its source: a child process is plain Node.
const ourProgram = fileURLToPath(new URL("../../dist/whole-run.js", import.meta.url));

/** The run on two threads and on one, here and on the newest Node. */
function ours(run: RunName): Row["systems"] {
  return {
    "Gradbridge, 2 threads": training(run, twoThreads),
    "Gradbridge, 1 thread": training(run, oneThread),
    [newest]: onNewestNode("training", { run, threads: 2 }),
    [`Gradbridge, ${newestNode}, 1 thread`]: onNewestNode("training", { run, threads: 1 }),
  };
}

/** Our program, by the newest Node. */
function programOnNewest(threads: string): StartSubject {
  return (scale) => {
    const { executable, wide } = newestEngine(scale);
    const build = wide ? [wideBuild] : [];
    return program((steps) => [executable, ourProgram, steps, threads, ...build])(scale);
  };
}

/** A program of its own, from its start to its end. */
function program(command: (steps: string) => readonly string[]): StartSubject {
  return (scale) => ({
    sample() {
      const [executable, ...given] = command(String(scale === "smoke" ? 512 : tunedSteps)) as [
        string,
        ...string[],
      ];
      const began = performance.now();
      return new Promise((resolve, reject) => {
        const child = spawn(executable, given, { stdio: ["ignore", "ignore", "pipe"] });
        let complaint = "";
        child.stderr.on("data", (chunk: Buffer) => {
          complaint = (complaint + chunk.toString()).slice(-500);
        });
        child.on("error", reject);
        child.on("close", (code) => {
          if (code === 0) resolve((performance.now() - began) / 1000);
          else reject(new Error(`${executable} ended with status ${code}: ${complaint}`));
        });
      });
    },
  });
}
