// Nanoseconds per draw, best of five: `node scripts/speed.js` after a build. tools/record/numpy/speed.py is its twin.
import { generator } from "../dist/index.js";

const COUNT = 2 ** 20;
const random = generator(1);
const doubles = new Float64Array(COUNT);
const floats = new Float32Array(COUNT);
const order = Int32Array.from({ length: COUNT }, (_, i) => i);
const p = [0.1, 0.2, 0.3, 0.4];

/** A loop of single draws whose sum is used, so that no draw can be left out. */
const each = (draw) => () => {
  let sum = 0;
  for (let i = 0; i < COUNT; i++) sum += draw();
  return sum;
};

const cases = {
  "random()": each(() => random.random()),
  "normal()": each(() => random.normal()),
  "exponential()": each(() => random.exponential()),
  "integers(10)": each(() => random.integers(10)),
  "choice(4, { p })": each(() => random.choice(4, { p })),
  "fillRandom, float64": () => random.fillRandom(doubles),
  "fillRandom, float32": () => random.fillRandom(floats),
  "fillNormal, float64": () => random.fillNormal(doubles),
  "fillStandardNormal, float32": () => random.fillStandardNormal(floats),
  "fillExponential, float64": () => random.fillExponential(doubles),
  "fillIntegers 0…9, int8": () => random.fillIntegers(new Int8Array(COUNT), 10),
  "fillIntegers 0…9, int64": () => random.fillIntegers(new BigInt64Array(COUNT), 10),
  "shuffle, int32": () => random.shuffle(order),
};

for (const [name, run] of Object.entries(cases)) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  console.log(`${name.padEnd(28)} ${((best / COUNT) * 1e6).toFixed(1)} ns`);
}
