import { accurateCos, accurateSin } from "./accurate-trigonometry.ts";
import { type AcrobotEquations, acrobotDerivative } from "./acrobot-dynamics.ts";
import { float32Cos, float32Sin } from "./float32-trigonometry.ts";

const SECONDS_PER_STEP = 0.2;
/** rad/s */
export const MAX_SPEED_1: number = 4 * Math.PI;
/** rad/s */
export const MAX_SPEED_2: number = 9 * Math.PI;

/** The state before a step, its four slopes, and the place they are taken at; overwritten by every step. */
const [START, K1, K2, K3, K4, AT] = [0, 1, 2, 3, 4, 5].map(() => new Float64Array(4)) as [
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
];

/**
 * Advances the acrobot at `state[offset … offset + 4]` (θ₁, θ₂, θ̇₁, θ̇₂, and 1 if those four are float32, which they
 * are right after `reset`) by one step of 0.2 s of Runge and Kutta's fourth order, in place.
 *
 * @param action - 0, 1, 2: a torque of −1, 0, 1 N m.
 * @returns whether the free end is above the line: −cos θ₁ − cos(θ₁ + θ₂) > 1.
 */
export function advanceAcrobot(
  state: Float64Array,
  offset: number,
  action: number,
  equations: AcrobotEquations,
): boolean {
  const torque = action - 1;
  const h = SECONDS_PER_STEP;
  for (let i = 0; i < 4; i++) START[i] = state[offset + i]!;
  acrobotDerivative(START, torque, equations, K1);
  for (let i = 0; i < 4; i++) AT[i] = START[i]! + (h / 2) * K1[i]!;
  acrobotDerivative(AT, torque, equations, K2);
  for (let i = 0; i < 4; i++) AT[i] = START[i]! + (h / 2) * K2[i]!;
  acrobotDerivative(AT, torque, equations, K3);
  for (let i = 0; i < 4; i++) AT[i] = START[i]! + h * K3[i]!;
  acrobotDerivative(AT, torque, equations, K4);
  for (let i = 0; i < 4; i++) AT[i] = START[i]! + (h / 6) * (K1[i]! + 2 * K2[i]! + 2 * K3[i]! + K4[i]!);
  const angle1 = wrap(AT[0]!);
  const angle2 = wrap(AT[1]!);
  state[offset] = angle1;
  state[offset + 1] = angle2;
  state[offset + 2] = Math.min(Math.max(AT[2]!, -MAX_SPEED_1), MAX_SPEED_1);
  state[offset + 3] = Math.min(Math.max(AT[3]!, -MAX_SPEED_2), MAX_SPEED_2);
  state[offset + 4] = 0;
  return -accurateCos(angle1) - accurateCos(angle2 + angle1) > 1;
}

/** Writes cosines and sines of both angles and both velocities of the state at `offset` to `out[at … at + 5]`. */
export function observeAcrobot(state: Float64Array, offset: number, out: Float32Array, at: number): void {
  const isSingle = state[offset + 4] === 1;
  const cos = isSingle ? float32Cos : accurateCos;
  const sin = isSingle ? float32Sin : accurateSin;
  out[at] = cos(state[offset]!);
  out[at + 1] = sin(state[offset]!);
  out[at + 2] = cos(state[offset + 1]!);
  out[at + 3] = sin(state[offset + 1]!);
  out[at + 4] = state[offset + 2]!;
  out[at + 5] = state[offset + 3]!;
}

/** The same angle in [−π, π]. */
function wrap(angle: number): number {
  let wrapped = angle;
  while (wrapped > Math.PI) wrapped -= 2 * Math.PI;
  while (wrapped < -Math.PI) wrapped += 2 * Math.PI;
  return wrapped;
}
