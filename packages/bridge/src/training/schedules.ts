import { constantSchedule, cosineSchedule, linearSchedule, type Schedule } from "@gradbridge/core";

/** How a setting goes from its value to 0 over training, or that it stays. */
export type ScheduleShape = "constant" | "linear" | "cosine";

/** All of them. */
export const scheduleShapes: readonly ScheduleShape[] = ["constant", "linear", "cosine"];

/** A schedule of the given shape that starts at `start`. */
export function scheduleOf(shape: ScheduleShape, start: number): Schedule {
  switch (shape) {
    case "constant":
      return constantSchedule(start);
    case "linear":
      return linearSchedule(start);
    case "cosine":
      return cosineSchedule(start);
    default:
      return shape satisfies never;
  }
}
