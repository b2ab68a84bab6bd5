import { accurateCos } from "./accurate-trigonometry.ts";
import { MAX_POSITION, MAX_SPEED, MIN_POSITION } from "./mountain-car-physics.ts";

/** Where the flag of MountainCarContinuous stands, in m. */
export const CONTINUOUS_GOAL_POSITION = 0.45;
const POWER = 0.0015;
const GRAVITY = 0.0025;
const { fround } = Math;

/**
 * Advances the car at `state[offset … offset + 2]` (position, velocity, and 1 if those two are float32, which they are
 * from the first step on) by one step, in place.
 *
 * NumPy keeps the precision of the state; a clipped force is a Python float, any other a float32.
 *
 * @param force - a float32; clipped to ±1.
 * @param goalVelocity - speed the car must have at the goal.
 * @returns whether the goal is reached.
 */
export function advanceMountainCarContinuous(
  state: Float64Array,
  offset: number,
  force: number,
  goalVelocity: number,
): boolean {
  const start = state[offset]!;
  const round = state[offset + 2] === 1 ? fround : identity;
  const slope = GRAVITY * accurateCos(round(3 * start));
  const isClipped = force < -1 || force > 1;
  const push = isClipped
    ? Math.sign(force) * POWER - slope
    : fround(fround(force * fround(POWER)) - fround(slope));
  let velocity = round(state[offset + 1]! + round(push));
  if (velocity > round(MAX_SPEED)) velocity = MAX_SPEED;
  if (velocity < round(-MAX_SPEED)) velocity = -MAX_SPEED;
  let position = round(start + round(velocity));
  if (position > round(MAX_POSITION)) position = MAX_POSITION;
  if (position < round(MIN_POSITION)) position = MIN_POSITION;
  if ((position === MIN_POSITION || position === round(MIN_POSITION)) && velocity < 0) velocity = 0;
  state[offset] = fround(position);
  state[offset + 1] = fround(velocity);
  state[offset + 2] = 1;
  return position >= round(CONTINUOUS_GOAL_POSITION) && velocity >= goalVelocity;
}

/** −0.1·force² (of the force as given, not clipped), and 100 for reaching the goal. */
export function mountainCarContinuousReward(force: number, terminated: boolean): number {
  return (terminated ? 100 : 0) - force * force * 0.1;
}

function identity(value: number): number {
  return value;
}
