/**
 * Times the kernels of the wasm device, on dist (build first): node scripts/bench-kernels.mjs
 *
 * Each figure is the median of many repetitions, in µs per `run()`. "overhead" rows are kernels of four elements: what
 * remains is JavaScript, the call, and the choice of loop.
 */
import { createWasmBackend } from "../dist/devices/wasm/backend.js";

const backend = createWasmBackend();

function buffer(length, dtype = "float32") {
  const handle = backend.allocate(dtype, length);
  const values = dtype === "int32" ? new Int32Array(length) : new Float32Array(length);
  for (let i = 0; i < length; i++)
    values[i] = dtype === "int32" ? i % 2 : ((i * 2654435761) % 1000) / 500 - 1;
  backend.write(handle, values);
  return handle;
}

/** Median µs of one call. */
function time(call) {
  const start = performance.now();
  let warm = 0;
  while (performance.now() - start < 150) {
    call();
    warm++;
  }
  const repetitions = Math.max(1, Math.floor(warm / 60));
  const samples = [];
  for (let sample = 0; sample < 31; sample++) {
    const begin = performance.now();
    for (let i = 0; i < repetitions; i++) call();
    samples.push(((performance.now() - begin) / repetitions) * 1000);
  }
  samples.sort((a, b) => a - b);
  return samples[15];
}

function report(name, microseconds, work = 0, unit = "") {
  const rate = work > 0 ? `${(work / microseconds / 1000).toFixed(1).padStart(8)} ${unit}` : "";
  console.log(`${name.padEnd(34)}${microseconds.toFixed(3).padStart(11)} µs ${rate}`);
}

function bench(name, kernel, inputs, outputs, work = 0, unit = "") {
  report(
    name,
    time(() => backend.run(kernel, inputs, outputs)),
    work,
    unit,
  );
}

const float = { dtype: "float32" };

console.log("overhead");
const [a4, b4, c4] = [buffer(4), buffer(4), buffer(4)];
bench("unary neg [4]", { kind: "unary", op: "neg", ...float, length: 4 }, [a4], [c4]);
const add = { kind: "binary", op: "add", ...float };
bench("binary add [4]", { ...add, shape: [4], strides: [[1], [1]] }, [a4, b4], [c4]);
const scaled = { ...add, shape: [4], strides: [[1]], scalar: { side: "right", value: 2 } };
bench("binary add scalar [4]", scaled, [a4], [c4]);
bench(
  "binary add row [2,2]",
  {
    ...add,
    shape: [2, 2],
    strides: [
      [2, 1],
      [0, 1],
    ],
  },
  [a4, b4],
  [c4],
);
bench("reduce sum [4]", { kind: "reduce", op: "sum", ...float, outer: 1, axis: 4, inner: 1 }, [a4], [c4]);
report(
  "allocate + free [4]",
  time(() => backend.free(backend.allocate("float32", 4))),
);
report(
  "allocate + free [16384]",
  time(() => backend.free(backend.allocate("float32", 16384))),
);

console.log("\nmatmul (m × n, k)");
for (const [name, m, n, k, transposeA, transposeB] of [
  ["forward NT 256×64, 64", 256, 64, 64, false, true],
  ["input gradient NN 256×64, 64", 256, 64, 64, false, false],
  ["weight gradient TN 64×64, 256", 64, 64, 256, true, false],
  ["TT 64×64, 256", 64, 64, 256, true, true],
  ["forward NT 256×64, 4", 256, 64, 4, false, true],
  ["forward NT 256×2, 64", 256, 2, 64, false, true],
  ["forward NT 256×18, 64", 256, 18, 64, false, true],
  ["weight gradient TN 2×64, 256", 2, 64, 256, true, false],
  ["weight gradient TN 64×4, 256", 64, 4, 256, true, false],
  ["act NT 1×64, 64", 1, 64, 64, false, true],
  ["act NT 4×64, 64", 4, 64, 64, false, true],
  ["act NT 8×64, 64", 8, 64, 64, false, true],
  ["forward NT 4096×256, 256", 4096, 256, 256, false, true],
  ["input gradient NN 4096×256, 256", 4096, 256, 256, false, false],
  ["weight gradient TN 256×256, 4096", 256, 256, 4096, true, false],
]) {
  for (const fused of name.startsWith("forward NT 256×64, 64") ? [false, true] : [false]) {
    const kernel = {
      kind: "matmul",
      ...float,
      batch: 1,
      m,
      n,
      k,
      transposeA,
      transposeB,
      batchStrideA: 0,
      batchStrideB: 0,
      bias: fused,
      activation: fused ? "tanh" : "none",
    };
    const inputs = [buffer(m * k), buffer(k * n), buffer(n)].slice(0, fused ? 3 : 2);
    bench(fused ? `${name} + bias + tanh` : name, kernel, inputs, [buffer(m * n)], 2 * m * n * k, "GFLOP/s");
  }
}

console.log("\nelementwise, 256 × 64");
const size = 256 * 64;
const [x, y, z] = [buffer(size), buffer(size), buffer(size)];
for (const op of ["neg", "exp", "expm1", "log", "log1p", "tanh", "sigmoid", "softplus", "erf", "sin"]) {
  bench(`unary ${op}`, { kind: "unary", op, ...float, length: size }, [x], [z], size, "Gelement/s");
}
for (const op of ["add", "div", "maximum", "tanhGradient", "pow"]) {
  const kernel = {
    kind: "binary",
    op,
    ...float,
    shape: [256, 64],
    strides: [
      [64, 1],
      [64, 1],
    ],
  };
  bench(`binary ${op}`, kernel, [x, y], [z], size, "Gelement/s");
}
for (const [name, shape, strides] of [
  [
    "row [64] on [256, 64]",
    [256, 64],
    [
      [64, 1],
      [0, 1],
    ],
  ],
  [
    "column [256, 1] on [256, 64]",
    [256, 64],
    [
      [64, 1],
      [1, 0],
    ],
  ],
  [
    "row [2] on [8192, 2]",
    [8192, 2],
    [
      [2, 1],
      [0, 1],
    ],
  ],
  [
    "column [8192, 1] on [8192, 2]",
    [8192, 2],
    [
      [2, 1],
      [1, 0],
    ],
  ],
  [
    "transposed [64, 256]",
    [256, 64],
    [
      [64, 1],
      [1, 256],
    ],
  ],
]) {
  bench(`add ${name}`, { ...add, shape, strides }, [x, y], [z], size, "Gelement/s");
}

console.log("\nreductions, softmax, movement, optimizers");
for (const [name, outer, axis, inner] of [
  ["rows of [256, 64]", 256, 64, 1],
  ["columns of [256, 64]", 1, 256, 64],
  ["all of [16384]", 1, size, 1],
  ["rows of [8192, 2]", 8192, 2, 1],
  ["columns of [8192, 2]", 1, 8192, 2],
]) {
  bench(
    `sum ${name}`,
    { kind: "reduce", op: "sum", ...float, outer, axis, inner },
    [x],
    [z],
    size,
    "Gelement/s",
  );
}
bench(
  "max rows of [256, 64]",
  { kind: "reduce", op: "max", ...float, outer: 256, axis: 64, inner: 1 },
  [x],
  [z],
  size,
  "Gelement/s",
);
bench(
  "argmax rows of [8192, 2]",
  { kind: "reduce", op: "argmax", ...float, outer: 8192, axis: 2, inner: 1 },
  [x],
  [buffer(8192, "int32")],
  size,
  "Gelement/s",
);
bench(
  "softmax [256, 64]",
  { kind: "softmax", op: "softmax", ...float, outer: 256, axis: 64, inner: 1 },
  [x],
  [z],
  size,
  "Gelement/s",
);
bench(
  "logSoftmax [8192, 2]",
  { kind: "softmax", op: "logSoftmax", ...float, outer: 8192, axis: 2, inner: 1 },
  [x],
  [z],
  size,
  "Gelement/s",
);
const copy = { kind: "copy", ...float, inputOffset: 0, outputOffset: 0 };
bench(
  "transpose [256, 64]",
  { ...copy, shape: [64, 256], inputStrides: [1, 64], outputStrides: [256, 1] },
  [x],
  [z],
  size,
  "Gelement/s",
);
bench(
  "copy [16384]",
  { ...copy, shape: [size], inputStrides: [1], outputStrides: [1] },
  [x],
  [z],
  size,
  "Gelement/s",
);
const adam = {
  kind: "adam",
  ...float,
  length: size,
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  decoupled: false,
  biasCorrection1: 0.9,
  biasCorrection2: 0.9,
};
bench("adam [16384]", adam, [x], [buffer(size), buffer(size), buffer(size)], size, "Gelement/s");
const pick = { kind: "gather", mode: "elements", ...float, outer: 8192, axis: 2, inner: 1, count: 1 };
bench("gather elements [8192, 2]", pick, [x, buffer(8192, "int32")], [z], 8192, "Gelement/s");
