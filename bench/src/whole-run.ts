/** A program that trains CartPole-v1 and ends: `node whole-run.js STEPS THREADS [BUILD]`. What a user waits for, from start to end. */
import { train } from "@gradbridge/bridge";
import type { WasmBuild } from "@gradbridge/core";
import { tunedCartPole } from "./tuned-cart-pole.ts";

const [steps, threads, build = null] = process.argv.slice(2);
await train({
  ...tunedCartPole,
  steps: Number(steps),
  threads: Number(threads),
  build: build as WasmBuild | null, // checked by train
});
