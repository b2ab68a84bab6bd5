/**
 * Where the time of a compiled step goes, kernel by kernel, on dist (build first): node scripts/profile-step.mjs [batch [width [build]]]
 *
 * The step is forward, backward from a given cotangent and Adam, of a network 4-width-width-2 with tanh (64 rows, 64 wide
 * unless told, on the build of the device wasm that is the default). Each kernel is run alone on the buffers of the step; figures are minima over interleaved rounds, in µs. The
 * sum differs from the whole step by what lies between kernels, and by what neighbours leave in the cache.
 */
import { backendNamed } from "../dist/devices/registry.js";
import { adam, compile, setDevice, tensor } from "../dist/index.js";

const [batch = 64, width = 64] = process.argv.slice(2, 4).map(Number);
const build = process.argv[4];
const rounds = 60;

await setDevice("wasm", build === undefined ? {} : { build });

const random = (length) => Float32Array.from({ length }, (_, i) => (((i + 1) * 2654435761) % 1000) / 500 - 1);
const sizes = [4, width, width, 2];
const layers = sizes.slice(1).map((outputs, i) => ({
  weight: tensor(
    random(outputs * sizes[i]).map((value) => value / Math.sqrt(sizes[i])),
    { shape: [outputs, sizes[i]], requiresGrad: true },
  ),
  bias: tensor(new Float32Array(outputs), { requiresGrad: true }),
}));
const optimizer = adam(layers.flatMap(({ weight, bias }) => [weight, bias]));
const x = tensor(random(batch * 4), { shape: [batch, 4] });
const seed = tensor(
  random(batch * 2).map((value) => value / batch),
  { shape: [batch, 2] },
);

const backend = backendNamed("wasm");
let launches = [];
const { record } = backend;
backend.record = (recorded, inputs) => {
  launches = recorded;
  return record.call(backend, recorded, inputs);
};
const step = compile((input, cotangent) => {
  optimizer.zeroGrad();
  layers
    .reduce((h, { weight, bias }, i) => h.affine(weight, bias, i < 2 ? "tanh" : "none"), input)
    .backward(cotangent);
  optimizer.step();
});
for (let i = 0; i < 500; i++) step(x, seed);

const rows = [
  { name: "the whole step", run: () => step(x, seed) },
  ...launches.map(({ kernel, inputs, outputs }) => ({
    name: nameOf(kernel),
    flops: kernel.kind === "matmul" ? 2 * kernel.batch * kernel.m * kernel.n * kernel.k : 0,
    run: () => backend.run(kernel, inputs, outputs),
  })),
].map((row) => ({ ...row, best: Infinity }));
for (let round = 0; round < rounds; round++)
  for (const row of rows) row.best = Math.min(row.best, time(row.run));

const [whole, ...kernels] = rows;
for (const { name, best, flops } of kernels) {
  const rate = flops > 0 ? `${(flops / best / 1000).toFixed(1).padStart(7)} GFLOP/s` : "";
  console.log(`${name.padEnd(44)}${best.toFixed(2).padStart(9)} µs ${rate}`);
}
const sum = kernels.reduce((total, { best }) => total + best, 0);
console.log(`${"sum".padEnd(44)}${sum.toFixed(2).padStart(9)} µs`);
console.log(`${whole.name.padEnd(44)}${whole.best.toFixed(2).padStart(9)} µs`);

/** µs of one call, over at least 0.2 ms. */
function time(run) {
  let calls = 0;
  const began = performance.now();
  let elapsed = 0;
  do {
    for (let i = 0; i < 10; i++) run();
    calls += 10;
    elapsed = performance.now() - began;
  } while (elapsed < 0.2);
  return (elapsed / calls) * 1000;
}

function nameOf(kernel) {
  const { kind } = kernel;
  if (kind === "matmul") {
    const { m, n, k, transposeA, transposeB, bias, activation } = kernel;
    const layout = `${transposeA ? "T" : "N"}${transposeB ? "T" : "N"}`;
    return `matmul ${layout} ${m} × ${n}, ${k}${bias ? " + bias" : ""}${activation === "none" ? "" : ` + ${activation}`}`;
  }
  const size =
    kernel.length ??
    kernel.lengths?.join(" + ") ??
    kernel.shape?.join(" × ") ??
    `${kernel.outer} × ${kernel.axis} × ${kernel.inner}`;
  return `${kind} ${kernel.op ?? ""} ${size}`;
}
