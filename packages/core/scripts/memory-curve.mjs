/**
 * Trains a small network for a million steps in one synchronous loop, without a dispose or tidy, and prints memory as
 * it goes: `node --expose-gc packages/core/scripts/memory-curve.mjs [steps]` (on dist). Without `--expose-gc` the heap
 * column shows the sawtooth of garbage not yet collected.
 */
import { affine, sgd, tensor } from "../dist/index.js";

const steps = Number(process.argv[2] ?? 1_000_000);
const wave = (length, salt) => Float32Array.from({ length }, (_, i) => Math.sin(1.7 * i + salt) / 2);
const parameters = [
  tensor(wave(64, 0), { shape: [16, 4], requiresGrad: true }),
  tensor(wave(16, 1), { requiresGrad: true }),
  tensor(wave(32, 2), { shape: [2, 16], requiresGrad: true }),
  tensor(wave(2, 3), { requiresGrad: true }),
];
const [w1, b1, w2, b2] = parameters;
const x = tensor(wave(32 * 4, 4), { shape: [32, 4] });
const target = tensor(wave(32 * 2, 5), { shape: [32, 2] });
const optimizer = sgd(parameters, { learningRate: 0.01 });

const reports = new Set([0, 1_000, 10_000, ...Array.from({ length: 10 }, (_, i) => ((i + 1) * steps) / 10)]);
console.log("     step  heap MB  array buffers MB  resident set MB  µs per step");
const began = performance.now();
for (let step = 0; step <= steps; step++) {
  optimizer.zeroGrad();
  affine(affine(x, w1, b1, "tanh"), w2, b2)
    .sub(target)
    .square()
    .mean()
    .backward();
  optimizer.step();
  if (!reports.has(step)) continue;
  globalThis.gc?.();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  const columns = [heapUsed, arrayBuffers, rss].map((bytes, i) =>
    (bytes / 1e6).toFixed(1).padStart([9, 18, 17][i]),
  );
  const time = (((performance.now() - began) * 1000) / Math.max(1, step)).toFixed(1).padStart(13);
  console.log(`${String(step).padStart(9)}${columns.join("")}${time}`);
}
