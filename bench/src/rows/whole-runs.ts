import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { evaluate, ppo, type TrainConfig, type TrainResult, train } from "@gradbridge/bridge";
import { peer, peersFolder, python } from "../peer.ts";
import { type Row, stepsPerSecond, wholeSeconds } from "../row.ts";
import type { StartSubject } from "../subject.ts";
import { oneThread, twoThreads } from "../systems/devices.ts";
import { tunedCartPole } from "../tuned-cart-pole.ts";

const tunedSteps = 100_000;
const cleanrlSteps = 500_000;

/** CleanRL's ppo.py: 4 environments × 128 steps, 4 epochs × 4 minibatches. */
const cleanrl: TrainConfig = {
  env: "CartPole-v1",
  evalEpisodes: 0,
  // CleanRL's value loss is coefficient · ½ (v − R)², whose δ is coefficient · (R − v).
  estimator: ppo({
    gamma: 0.99,
    lambda: 0.95,
    clip: 0.2,
    entropy: 0.01,
    valueCoefficient: 0.5,
    valueClip: 0.2,
  }),
  numEnvs: 4,
  rolloutSteps: 128,
  minibatchSize: 128,
  epochs: 4,
  learningRate: 2.5e-4,
  learningRateSchedule: "linear",
};

/** RLtools' Pendulum benchmark, which is quoted and not run here: src/quoted.ts. */
const pendulum: TrainConfig = {
  env: "Pendulum-v1",
  evalEpisodes: 0,
  numEnvs: 4,
  rolloutSteps: 1024,
  minibatchSize: 256,
  epochs: 2,
  gamma: 0.9,
  lambda: 0.95,
  learningRate: 1e-3,
  activation: "relu",
  noiseEvery: null,
};
const pendulumSteps = 307_200;

/** Whole training runs. */
export function wholeRuns(withPeers: boolean): Row[] {
  return [
    {
      id: "ppo-tuned",
      title: "PPO on CartPole-v1, tuned, 100k steps",
      unit: stepsPerSecond(tunedSteps),
      long: true,
      goals: { "Stable-Baselines3": 10 },
      systems: {
        ...onBoth(tunedCartPole, tunedSteps),
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
      systems: {
        ...onBoth(cleanrl, cleanrlSteps),
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
      systems: onBoth(pendulum, pendulumSteps),
    },
    {
      id: "ppo-tuned-process",
      title: "the tuned run, from process start to trained policy",
      unit: wholeSeconds,
      long: true,
      goals: { JAX: 3 },
      systems: {
        "Gradbridge, 2 threads": program((steps) => [process.execPath, ourProgram, steps, "2"]),
        "Gradbridge, 1 thread": program((steps) => [process.execPath, ourProgram, steps, "1"]),
        ...(withPeers && {
          "JAX, all jitted": program((steps) => [python, `${peersFolder}jax_ppo.py`, "tuned", steps, "1"]),
        }),
      },
    },
  ];
}

// The compiled program also where this file is run from its source: a child process is plain Node.
const ourProgram = fileURLToPath(new URL("../../dist/whole-run.js", import.meta.url));

/** The run on two threads and on one. */
function onBoth(config: TrainConfig, steps: number): Row["systems"] {
  return {
    "Gradbridge, 2 threads": training({ ...config, device: twoThreads }, steps),
    "Gradbridge, 1 thread": training({ ...config, device: oneThread }, steps),
  };
}

/** Each sample trains anew from another seed; seconds are those of training, without start-up and evaluation. */
function training(config: TrainConfig, fullSteps: number): StartSubject {
  return (scale) => {
    const steps = scale === "smoke" ? 512 : fullSteps;
    let result: TrainResult | undefined;
    let seed = 0;
    return {
      async sample() {
        seed++;
        result = await train({ ...config, steps, seed });
        return result.seconds;
      },
      remark() {
        if (result === undefined) return "not run";
        const { mean, std } = evaluate(result.policy, config.env as string, {
          episodes: scale === "smoke" ? 2 : 100,
          seed: 1000,
        });
        return `return ${mean.toFixed(0)} ± ${std.toFixed(0)}`;
      },
    };
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
