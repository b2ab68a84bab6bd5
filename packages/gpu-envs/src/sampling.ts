import { type DefinedKernel, defineKernel } from "@gradbridge/core";
import { streams } from "./environment-kernels.ts";
import { philox, philoxText, unitOf, type Words } from "./philox.ts";

/** Numbers of a kernel, all whole. */
type Whole<Names extends string> = { readonly [name in Names]: "int32" };

/** Where a draw stands: the environment, the step since the beginning, and which four numbers of that step. */
function draws(environment: number, step: number, seed: number, block: number): number[] {
  const counter: Words = [environment, step >>> 0, block, 0];
  return philox(counter, [seed >>> 0, streams.action]).map(unitOf);
}

const drawsText = `${philoxText}
fn draws(environment: u32, step: i32, seed: i32, block: u32) -> vec4f {
  let w = philox(vec4u(environment, bitcast<u32>(step), block, 0u), vec2u(bitcast<u32>(seed), ${streams.action}u));
  return vec4f(unitOf(w.x), unitOf(w.y), unitOf(w.z), unitOf(w.w));
}`;

/**
 * Draws a choice for each environment by inverting the cumulative distribution of softmax(logits) [B, n]; row `row` of
 * `action` [T, B] and of `logProb` [T, B] receive it. `counters` as in {@link EnvironmentKernels}: the number of the step is its own
 * random number's.
 */
export const sampleCategorical: DefinedKernel<
  { readonly logits: "float32"; readonly counters: "int32" },
  { readonly action: "int32"; readonly logProb: "float32" },
  Whole<"seed" | "row" | "environments" | "choices">
> = defineKernel({
  name: "sample categorical",
  inputs: { logits: "float32", counters: "int32" },
  outputs: { action: "int32", logProb: "float32" },
  numbers: { seed: "int32", row: "int32", environments: "int32", choices: "int32" },
  wgsl: {
    declarations: drawsText,
    body: `let n = u32(u.choices); let start = i * n;
var largest = logits[start];
for (var k = 1u; k < n; k++) { largest = maximum(largest, logits[start + k]); }
var total = 0.0;
for (var k = 0u; k < n; k++) { total += exponential(logits[start + k] - largest); }
let threshold = draws(i, counters[3u * i + 2u], u.seed, 0u).x * total;
var cumulative = 0.0; var chosen = 0u; var found = false;
for (var k = 0u; k < n; k++) {
  let p = exponential(logits[start + k] - largest);
  cumulative += p;
  // rounding may leave the sum just short of the threshold: then the last possible choice
  if (!found && p > 0.0) { chosen = k; found = cumulative > threshold; }
}
let at = u32(u.row * u.environments) + i;
action[at] = i32(chosen);
logProb[at] = logits[start + chosen] - largest - logarithm(total);`,
  },
  host(i, { logits, counters, action, logProb }, { seed, row, environments, choices }) {
    const line = Array.from(logits.subarray(i * choices, (i + 1) * choices));
    const largest = Math.max(...line);
    const weights = line.map((logit) => Math.exp(logit - largest));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const threshold = draws(i, counters[3 * i + 2]!, seed, 0)[0]! * total;
    let cumulative = 0;
    let chosen = 0;
    let found = false;
    weights.forEach((weight, k) => {
      cumulative += weight;
      if (found || !(weight > 0)) return;
      chosen = k;
      found = cumulative > threshold;
    });
    const at = row * environments + i;
    action[at] = chosen;
    logProb[at] = line[chosen]! - largest - Math.log(total);
  },
});

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);

/**
 * Draws real actions N(mean, exp(logStd)²), both [B, size], by the method of Box and Muller (1958); row `row` of `action`
 * [T, B, size] and of `logProb` [T, B], the sum over the action's numbers, receive them.
 */
export const sampleGaussian: DefinedKernel<
  { readonly mean: "float32"; readonly logStd: "float32"; readonly counters: "int32" },
  { readonly action: "float32"; readonly logProb: "float32" },
  Whole<"seed" | "row" | "environments" | "size">
> = defineKernel({
  name: "sample gaussian",
  inputs: { mean: "float32", logStd: "float32", counters: "int32" },
  outputs: { action: "float32", logProb: "float32" },
  numbers: { seed: "int32", row: "int32", environments: "int32", size: "int32" },
  wgsl: {
    declarations: drawsText,
    body: `let size = u32(u.size); let at = u32(u.row * u.environments) + i;
var sum = 0.0;
for (var k = 0u; k < size; k++) {
  let draw = draws(i, counters[3u * i + 2u], u.seed, k);
  let normal = squareRoot(-2.0 * logarithm(1.0 - draw.x)) * turn(draw.y * ${2 * Math.PI}, 1);
  let spread = logStd[i * size + k];
  action[at * size + k] = mean[i * size + k] + exponential(spread) * normal;
  sum -= 0.5 * normal * normal + spread + ${halfLogTwoPi};
}
logProb[at] = sum;`,
  },
  host(i, { mean, logStd, counters, action, logProb }, { seed, row, environments, size }) {
    const at = row * environments + i;
    let sum = 0;
    for (let k = 0; k < size; k++) {
      const [u, v] = draws(i, counters[3 * i + 2]!, seed, k) as [number, number];
      const normal = Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(v * 2 * Math.PI);
      const spread = logStd[i * size + k]!;
      action[at * size + k] = mean[i * size + k]! + Math.exp(spread) * normal;
      sum -= 0.5 * normal * normal + spread + halfLogTwoPi;
    }
    logProb[at] = sum;
  },
});

/** Row `row` of `columns` [T, B, size] becomes `values` [B, size]; an invocation for each of B · size elements. */
export const keep: DefinedKernel<
  { readonly values: "float32" },
  { readonly columns: "float32" },
  Whole<"row" | "elements">
> = defineKernel({
  name: "keep",
  inputs: { values: "float32" },
  outputs: { columns: "float32" },
  numbers: { row: "int32", elements: "int32" },
  wgsl: { body: "columns[u32(u.row * u.elements) + i] = values[i];" },
  host(i, { values, columns }, { row, elements }) {
    columns[row * elements + i] = values[i]!;
  },
});
