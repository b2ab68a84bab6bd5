/**
 * Times compiled training steps on the wasm device, on dist (build first), with one thread and with two:
 *
 *     node scripts/bench-steps.mjs [--threads 1,2] [--build baseline] [--slices 40] [--rows PPO] [dist folders to compare]
 *
 * All variants of a row are interleaved in slices; each figure is the least and the median over the slices, in µs. Figures of
 * different runs do not compare: read the load average with them.
 */
import { loadavg } from "node:os";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: "string", default: "1,2" },
    build: { type: "string" },
    slices: { type: "string", default: "40" },
    rows: { type: "string", default: "" },
  },
});
const here = new URL("../dist/", import.meta.url).pathname;
const folders = positionals.length > 0 ? positionals : [here];
const threads = values.threads.split(",").map(Number);

const wave = (length, salt) => Float32Array.from({ length }, (_, i) => Math.sin(1.7 * i + salt) / 8);

function mlp(core, sizes, salt) {
  const parameters = [];
  for (let i = 0; i + 1 < sizes.length; i++) {
    parameters.push(
      core.tensor(wave(sizes[i] * sizes[i + 1], salt + i), {
        shape: [sizes[i + 1], sizes[i]],
        requiresGrad: true,
      }),
      core.tensor(wave(sizes[i + 1], salt - i), { requiresGrad: true }),
    );
  }
  const forward = (x) => {
    let y = x;
    for (let i = 0; i < parameters.length; i += 2) {
      y = core.affine(y, parameters[i], parameters[i + 1], i + 2 < parameters.length ? "tanh" : "none");
    }
    return y;
  };
  return { parameters, forward };
}

function seededStep(core, sizes, batch) {
  const { parameters, forward } = mlp(core, sizes, 1);
  const optimizer = core.adam(parameters, { learningRate: 1e-3 });
  const x = core.tensor(wave(batch * sizes[0], 3), { shape: [batch, sizes[0]] });
  const seed = core.tensor(wave(batch * sizes.at(-1), 4), { shape: [batch, sizes.at(-1)] });
  const step = core.compile((x, seed) => {
    optimizer.zeroGrad();
    forward(x).backward(seed);
    optimizer.step();
  });
  return () => step(x, seed);
}

/** Actor and critic, the clipped surrogate objective in closed form, gradient clipping, Adam: one PPO minibatch. */
function ppoStep(core, batch) {
  const actor = mlp(core, [4, 64, 64, 2], 1);
  const critic = mlp(core, [4, 64, 64, 1], 2);
  const parameters = [...actor.parameters, ...critic.parameters];
  const optimizer = core.adam(parameters, { learningRate: 1e-3 });
  const x = core.tensor(wave(batch * 4, 3), { shape: [batch, 4] });
  const actions = core.tensor(
    Int32Array.from({ length: batch }, (_, i) => i % 2),
    { shape: [batch, 1] },
  );
  const [advantage, old, target] = [5, 6, 7].map((salt) =>
    core.tensor(wave(batch, salt), { shape: [batch, 1] }),
  );
  const step = core.compile((x, actions, advantage, old, target) => {
    optimizer.zeroGrad();
    const logits = actor.forward(x);
    const value = critic.forward(x);
    const logProbabilities = logits.detach().logSoftmax();
    const logProbability = logProbabilities.gather(1, actions);
    const ratio = logProbability.sub(old).exp();
    const inside = core.where(core.greater(advantage, 0), core.less(ratio, 1.2), core.greater(ratio, 0.8));
    const weight = ratio.mul(advantage).mul(core.cast(inside, "float32"));
    const score = core.oneHot(actions.reshape([batch]), 2).sub(logProbabilities.exp());
    const delta = score.mul(weight).div(-batch);
    const valueDelta = value.detach().sub(target).div(batch);
    core.backward([logits, value], [delta, valueDelta]);
    core.clipGradNorm(parameters, 0.5);
    optimizer.step();
  });
  return () => step(x, actions, advantage, old, target);
}

const rows = [
  ["4-64-64-2, batch 64", (core) => seededStep(core, [4, 64, 64, 2], 64)],
  ["4-64-64-2, batch 256", (core) => seededStep(core, [4, 64, 64, 2], 256)],
  ["4-64-64-2, batch 4096", (core) => seededStep(core, [4, 64, 64, 2], 4096)],
  ["4-256-256-2, batch 256", (core) => seededStep(core, [4, 256, 256, 2], 256)],
  ["4-256-256-2, batch 4096", (core) => seededStep(core, [4, 256, 256, 2], 4096)],
  ["PPO minibatch, 256 rows", (core) => ppoStep(core, 256)],
];

const variants = [];
for (const folder of folders) {
  const core = await import(pathToFileURL(`${folder}/index.js`).href);
  const { createWasmBackend } = await import(pathToFileURL(`${folder}/devices/wasm/backend.js`).href);
  for (const count of threads) {
    const device = `wasm with ${count}`;
    const options = { name: device, threads: count, ...(values.build && { build: values.build }) };
    core.defineBackend({ name: device, description: "", create: () => createWasmBackend(options) });
    const label = `${folders.length > 1 ? `${basename(folder)} ` : ""}${count} thread${count > 1 ? "s" : ""}`;
    variants.push({ label, core, device });
  }
}
console.log(`load average ${loadavg().map((x) => x.toFixed(2))}`);
console.log(
  `${"".padEnd(26)}${variants.map(({ label }) => label.padStart(28)).join("")}   (least, median µs)`,
);
for (const [name, make] of rows.filter(([name]) => name.includes(values.rows))) {
  const steps = [];
  for (const { core, device } of variants) {
    await core.setDevice(device);
    steps.push(make(core));
  }
  const samples = variants.map(() => []);
  const counts = steps.map((step) => {
    const began = performance.now();
    let count = 0;
    while (performance.now() - began < 100) {
      step();
      count++;
    }
    return Math.max(1, Math.round(count / 10));
  });
  for (let slice = 0; slice < Number(values.slices); slice++) {
    for (let i = 0; i < steps.length; i++) {
      steps[i]();
      const began = performance.now();
      for (let run = 0; run < counts[i]; run++) steps[i]();
      samples[i].push(((performance.now() - began) * 1000) / counts[i]);
    }
  }
  const cells = samples.map((times) => {
    times.sort((a, b) => a - b);
    return `${times[0].toFixed(1)}, ${times[times.length >> 1].toFixed(1)}`.padStart(28);
  });
  console.log(`${name.padEnd(26)}${cells.join("")}`);
}
console.log(`load average ${loadavg().map((x) => x.toFixed(2))}`);
process.exit(0);
