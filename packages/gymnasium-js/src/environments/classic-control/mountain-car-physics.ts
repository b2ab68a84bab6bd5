import { accurateCos } from "./accurate-trigonometry.ts";

/** Bounds of the track in m. */
export const MIN_POSITION = -1.2;
export const MAX_POSITION = 0.6;
/** m per step */
export const MAX_SPEED = 0.07;
/** Where the flag of MountainCar stands, in m. */
export const GOAL_POSITION = 0.5;
const FORCE = 0.001;
const GRAVITY = 0.0025;

/**
 * Advances the car at `state[offset … offset + 1]` (position, velocity) by one step, in place, in float64: velocity
 * ← velocity + (action − 1)·0.001 − 0.0025·cos(3·position), then position ← position + velocity, both clipped.
 *
 * @param action - 0 to the left, 1 nothing, 2 to the right.
 * @param goalVelocity - speed the car must have at the goal.
 * @returns whether the goal is reached.
 */
export function advanceMountainCar(
  state: Float64Array,
  offset: number,
  action: number,
  goalVelocity: number,
): boolean {
  const start = state[offset]!;
  const pushed = state[offset + 1]! + ((action - 1) * FORCE + accurateCos(3 * start) * -GRAVITY);
  let velocity = Math.min(Math.max(pushed, -MAX_SPEED), MAX_SPEED);
  const position = Math.min(Math.max(start + velocity, MIN_POSITION), MAX_POSITION);
  if (position === MIN_POSITION && velocity < 0) velocity = 0;
  state[offset] = position;
  state[offset + 1] = velocity;
  return position >= GOAL_POSITION && velocity >= goalVelocity;
}
