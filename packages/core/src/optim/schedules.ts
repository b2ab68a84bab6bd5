import { GradbridgeError } from "@gradbridge/random";

/** A quantity over training: `progress` runs from 0 (start) to 1 (end) and is clamped there. */
export type Schedule = (progress: number) => number;

const clamp = (progress: number): number => Math.min(1, Math.max(0, progress));

function check(name: string, ...values: readonly number[]): void {
  for (const value of values) {
    if (!Number.isFinite(value))
      throw new GradbridgeError("option", `${name}: needs finite numbers, got ${value}.`);
  }
}

/** The same value throughout. */
export function constantSchedule(value: number): Schedule {
  check("constantSchedule", value);
  return () => value;
}

/** A straight line from `start` to `end` (default 0). */
export function linearSchedule(start: number, end = 0): Schedule {
  check("linearSchedule", start, end);
  return (progress) => start + (end - start) * clamp(progress);
}

/** Half a cosine from `start` down to `end` (default 0), flat at both ends. */
export function cosineSchedule(start: number, end = 0): Schedule {
  check("cosineSchedule", start, end);
  return (progress) => end + ((start - end) * (1 + Math.cos(Math.PI * clamp(progress)))) / 2;
}
