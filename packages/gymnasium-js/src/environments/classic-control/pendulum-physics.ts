import { accurateCos, accurateSin } from "./accurate-trigonometry.ts";
import { roundedSquare } from "./rounded-square.ts";

/** rad/s */
export const MAX_SPEED = 8;
/** N m */
export const MAX_TORQUE = 2;
const SECONDS_PER_STEP = 0.05;
const { fround } = Math;

/**
 * Advances the pendulum at `state[offset … offset + 2]` (angle, angular velocity, sine of the angle) by one step of
 * 0.05 s, in place. The torque, its square and its effect are float32, everything else is float64, as in Gymnasium.
 *
 * @param torque - a float32 within ±{@link MAX_TORQUE}, in N m.
 * @param gravity - m/s²
 * @returns the reward of the state before the step: −(θ² + 0.1·θ̇² + 0.001·torque²), θ in [−π, π).
 */
export function advancePendulum(
  state: Float64Array,
  offset: number,
  torque: number,
  gravity: number,
): number {
  const angle = state[offset]!;
  const velocity = state[offset + 1]!;
  const effort = fround(fround(0.001) * fround(torque * torque));
  const cost = roundedSquare(wrapAngle(angle)) + 0.1 * roundedSquare(velocity) + effort;
  const acceleration = ((3 * gravity) / 2) * state[offset + 2]! + fround(3 * torque);
  const pushed = velocity + acceleration * SECONDS_PER_STEP;
  const next = Math.min(Math.max(pushed, -MAX_SPEED), MAX_SPEED);
  placePendulum(state, offset, angle + next * SECONDS_PER_STEP, next);
  return -cost;
}

/** Sets angle and angular velocity, and keeps the sine, which the observation and the next step both need. */
export function placePendulum(state: Float64Array, offset: number, angle: number, velocity: number): void {
  state[offset] = angle;
  state[offset + 1] = velocity;
  state[offset + 2] = accurateSin(angle);
}

/** Writes cos θ, sin θ and the angular velocity of the state at `offset` to `out[at … at + 2]`. */
export function observePendulum(state: Float64Array, offset: number, out: Float32Array, at: number): void {
  out[at] = accurateCos(state[offset]!);
  out[at + 1] = state[offset + 2]!;
  out[at + 2] = state[offset + 1]!;
}

/** The same angle in [−π, π), as Python's `(x + π) % 2π − π`. */
function wrapAngle(angle: number): number {
  const turn = 2 * Math.PI;
  const rest = (angle + Math.PI) % turn;
  return (rest < 0 ? rest + turn : rest) - Math.PI;
}
