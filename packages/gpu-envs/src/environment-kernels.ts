import { type DefinedKernel, defineKernel } from "@gradbridge/core";
import { philox, philoxText, unitOf, type Words } from "./philox.ts";
import type { Simulation } from "./simulation.ts";

/** Which numbers a draw is for: no two purposes share any. */
export const streams = { start: 0, action: 1 } as const;

const environment = { state: "float32", counters: "int32", observation: "float32" } as const;

type Reset = DefinedKernel<Record<never, never>, typeof environment, { readonly seed: "int32" }>;
type Step<Action extends "int32" | "float32"> = DefinedKernel<
  { readonly action: Action },
  typeof environment & { readonly reward: "float32"; readonly ended: "int32"; readonly next: "float32" },
  { readonly seed: "int32"; readonly row: "int32"; readonly environments: "int32" }
>;

/** The two kernels of a simulation, one invocation for each environment. */
export interface EnvironmentKernels {
  /** Begins an episode in every environment. `counters` [B, 3]: steps of the episode, episodes begun, steps in all. */
  readonly reset: Reset;
  /**
   * One step, and a new episode where one ends; row `row` of `action` [T, B, …] goes in, the same row of `reward`, `ended`
   * (0, 1 terminated, 2 cut off) and `next` (the observation before a new episode begins) comes out.
   */
  readonly step: Step<"int32"> | Step<"float32">;
}

/** Types and functions of a simulation in WGSL, and the beginning of an episode. */
function declarations({ stateSize, observationSize, actionSize, choices, wgsl }: Simulation): string {
  return `${philoxText}
alias State = array<f32, ${stateSize}>;
alias Observation = array<f32, ${observationSize}>;
alias Action = array<${choices === null ? "f32" : "i32"}, ${actionSize}>;
struct Outcome { reward: f32, terminated: bool }
${wgsl}
fn begin(environment: u32, episode: i32, seed: i32) -> State {
  let words = philox(vec4u(environment, bitcast<u32>(episode), 0u, 0u), vec2u(bitcast<u32>(seed), ${streams.start}u));
  return start(vec4f(unitOf(words.x), unitOf(words.y), unitOf(words.z), unitOf(words.w)));
}`;
}

/** The state at the beginning of an environment's `episode`th episode. */
function begin(simulation: Simulation, environment: number, episode: number, seed: number): number[] {
  const counter: Words = [environment, episode >>> 0, 0, 0];
  return simulation.start(philox(counter, [seed >>> 0, streams.start]).map(unitOf));
}

/** The text that stores `s` and what is seen of it. */
const storeText = ({ stateSize, observationSize }: Simulation): string => `
for (var k = 0u; k < ${stateSize}u; k++) { state[i * ${stateSize}u + k] = s[k]; }
let seen = observe(s);
for (var k = 0u; k < ${observationSize}u; k++) { observation[i * ${observationSize}u + k] = seen[k]; }`;

/** A simulation's kernels, compiled at first use. */
export function environmentKernels(simulation: Simulation): EnvironmentKernels {
  const { id, stateSize, observationSize, actionSize, maxEpisodeSteps, choices } = simulation;
  const reset = defineKernel({
    name: `${id} reset`,
    inputs: {},
    outputs: environment,
    numbers: { seed: "int32" },
    wgsl: {
      declarations: declarations(simulation),
      body: `let s = begin(i, counters[3u * i + 1u], u.seed);
counters[3u * i] = 0; counters[3u * i + 1u] += 1;
${storeText(simulation)}`,
    },
    host(i, { state, counters, observation }, { seed }) {
      const s = begin(simulation, i, counters[3 * i + 1]!, seed);
      counters[3 * i] = 0;
      counters[3 * i + 1]! += 1;
      state.set(s, i * stateSize);
      observation.set(simulation.observe(s), i * observationSize);
    },
  });
  const step = defineKernel({
    name: `${id} step`,
    inputs: { action: choices === null ? "float32" : "int32" },
    outputs: { ...environment, reward: "float32", ended: "int32", next: "float32" },
    numbers: { seed: "int32", row: "int32", environments: "int32" },
    wgsl: {
      declarations: declarations(simulation),
      body: `let at = u32(u.row * u.environments) + i;
var s: State; for (var k = 0u; k < ${stateSize}u; k++) { s[k] = state[i * ${stateSize}u + k]; }
var chosen: Action; for (var k = 0u; k < ${actionSize}u; k++) { chosen[k] = action[at * ${actionSize}u + k]; }
let outcome = advance(&s, chosen);
let steps = counters[3u * i] + 1;
let after = observe(s);
for (var k = 0u; k < ${observationSize}u; k++) { next[at * ${observationSize}u + k] = after[k]; }
let cutOff = steps >= ${maxEpisodeSteps};
reward[at] = outcome.reward;
ended[at] = select(select(0, 2, cutOff), 1, outcome.terminated);
counters[3u * i] = steps; counters[3u * i + 2u] += 1;
if (outcome.terminated || cutOff) {
  s = begin(i, counters[3u * i + 1u], u.seed);
  counters[3u * i] = 0; counters[3u * i + 1u] += 1;
}
${storeText(simulation)}`,
    },
    host(i, { action, state, counters, observation, reward, ended, next }, { seed, row, environments }) {
      const at = row * environments + i;
      let s = Array.from(state.subarray(i * stateSize, (i + 1) * stateSize));
      const chosen = Array.from(action.subarray(at * actionSize, (at + 1) * actionSize));
      const outcome = simulation.advance(s, chosen);
      const steps = counters[3 * i]! + 1;
      next.set(simulation.observe(s), at * observationSize);
      const cutOff = steps >= maxEpisodeSteps;
      reward[at] = outcome.reward;
      ended[at] = outcome.terminated ? 1 : cutOff ? 2 : 0;
      counters[3 * i] = steps;
      counters[3 * i + 2]! += 1;
      if (outcome.terminated || cutOff) {
        s = begin(simulation, i, counters[3 * i + 1]!, seed);
        counters[3 * i] = 0;
        counters[3 * i + 1]! += 1;
      }
      state.set(s, i * stateSize);
      observation.set(simulation.observe(s), i * observationSize);
    },
  });
  return { reset, step: step as Step<"int32"> | Step<"float32"> };
}
