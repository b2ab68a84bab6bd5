import type { Simulation } from "./simulation.ts";

const gravity = 9.8;
const poleMass = 0.1;
const totalMass = 1.1;
const halfLength = 0.5;
const poleMassLength = poleMass * halfLength;
const force = 10;
const timeStepSeconds = 0.02;
const positionLimit = 2.4;
const angleLimit = (12 * 2 * Math.PI) / 360;

/** CartPole-v1: Gymnasium's equations, in the precision of the device. State and observation: x, ẋ, θ, θ̇. */
export const cartPole: Simulation = {
  id: "CartPole-v1",
  stateSize: 4,
  observationSize: 4,
  choices: 2,
  actionSize: 1,
  maxEpisodeSteps: 500,
  start: (uniform) => uniform.map((u) => (u - 0.5) * 0.1),
  advance(state, [action]) {
    const [x, velocity, angle, turning] = state as [number, number, number, number];
    const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
    const pushed = ((action === 1 ? force : -force) + poleMassLength * turning * turning * sine) / totalMass;
    const angular =
      (gravity * sine - cosine * pushed) / (halfLength * (4 / 3 - (poleMass * cosine * cosine) / totalMass));
    const linear = pushed - (poleMassLength * angular * cosine) / totalMass;
    state[0] = x + timeStepSeconds * velocity;
    state[1] = velocity + timeStepSeconds * linear;
    state[2] = angle + timeStepSeconds * turning;
    state[3] = turning + timeStepSeconds * angular;
    return { reward: 1, terminated: Math.abs(state[0]) > positionLimit || Math.abs(state[2]) > angleLimit };
  },
  observe: (state) => [...state],
  wgsl: `
fn start(draw: vec4f) -> State { let s = (draw - 0.5) * 0.1; return State(s.x, s.y, s.z, s.w); }
fn advance(state: ptr<function, State>, action: Action) -> Outcome {
  let x = (*state)[0]; let velocity = (*state)[1]; let angle = (*state)[2]; let turning = (*state)[3];
  let sine = turn(angle, 0); let cosine = turn(angle, 1);
  let pushed = (select(-${force}.0, ${force}.0, action[0] == 1) + ${poleMassLength} * turning * turning * sine) / ${totalMass};
  let angular = (${gravity} * sine - cosine * pushed)
    / (${halfLength} * (${4 / 3} - ${poleMass} * cosine * cosine / ${totalMass}));
  let linear = pushed - ${poleMassLength} * angular * cosine / ${totalMass};
  (*state)[0] = x + ${timeStepSeconds} * velocity;
  (*state)[1] = velocity + ${timeStepSeconds} * linear;
  (*state)[2] = angle + ${timeStepSeconds} * turning;
  (*state)[3] = turning + ${timeStepSeconds} * angular;
  return Outcome(1.0, abs((*state)[0]) > ${positionLimit} || abs((*state)[2]) > ${angleLimit});
}
fn observe(state: State) -> Observation { return state; }
`,
};
