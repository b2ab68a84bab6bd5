import type { Simulation } from "./simulation.ts";

const maxSpeed = 8;
const maxTorque = 2;
const gravity = 10;
const timeStepSeconds = 0.05;

/**
 * Pendulum-v1: Gymnasium's equations, in the precision of the device. State: θ, θ̇; observation: cos θ, sin θ, θ̇; action:
 * a torque, clamped to ±2.
 */
export const pendulum: Simulation = {
  id: "Pendulum-v1",
  stateSize: 2,
  observationSize: 3,
  choices: null,
  actionSize: 1,
  maxEpisodeSteps: 200,
  start: ([u, v]) => [(u! * 2 - 1) * Math.PI, v! * 2 - 1],
  advance(state, [action]) {
    const [angle, velocity] = state as [number, number];
    const torque = Math.min(Math.max(action!, -maxTorque), maxTorque);
    const wrapped = angle - 2 * Math.PI * Math.floor((angle + Math.PI) / (2 * Math.PI));
    const cost = wrapped * wrapped + 0.1 * velocity * velocity + 0.001 * torque * torque;
    const pushed = velocity + (1.5 * gravity * Math.sin(angle) + 3 * torque) * timeStepSeconds;
    state[1] = Math.min(Math.max(pushed, -maxSpeed), maxSpeed);
    state[0] = angle + state[1] * timeStepSeconds;
    return { reward: -cost, terminated: false };
  },
  observe: ([angle, velocity]) => [Math.cos(angle!), Math.sin(angle!), velocity!],
  wgsl: `
fn start(draw: vec4f) -> State { return State((draw.x * 2.0 - 1.0) * ${Math.PI}, draw.y * 2.0 - 1.0); }
fn advance(state: ptr<function, State>, action: Action) -> Outcome {
  let angle = (*state)[0]; let velocity = (*state)[1];
  let torque = clamp(action[0], -${maxTorque}.0, ${maxTorque}.0);
  let wrapped = angle - ${2 * Math.PI} * floor((angle + ${Math.PI}) / ${2 * Math.PI});
  let cost = wrapped * wrapped + 0.1 * velocity * velocity + 0.001 * torque * torque;
  let pushed = velocity + (${1.5 * gravity}.0 * turn(angle, 0) + 3.0 * torque) * ${timeStepSeconds};
  (*state)[1] = clamp(pushed, -${maxSpeed}.0, ${maxSpeed}.0);
  (*state)[0] = angle + (*state)[1] * ${timeStepSeconds};
  return Outcome(-cost, false);
}
fn observe(state: State) -> Observation { return Observation(turn(state[0], 1), turn(state[0], 0), state[1]); }
`,
};
