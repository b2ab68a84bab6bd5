/** A program that trains CartPole-v1 and ends: `node whole-run.js STEPS THREADS`. What a user waits for, from start to end. */
import { train } from "@gradbridge/bridge";
import { tunedCartPole } from "./tuned-cart-pole.ts";

await train({ ...tunedCartPole, steps: Number(process.argv[2]), threads: Number(process.argv[3]) });
