import type { Scale, StartSubject } from "./subject.ts";

/** What a row's figures mean. */
export interface Unit {
  readonly label: "µs" | "ns" | "s" | "steps/s" | "GFLOP/s";
  /** The figure for `seconds` of one iteration. */
  of(seconds: number): number;
  readonly better: "lower" | "higher";
}

/** One piece of work and the systems that do it. */
export interface Row {
  /** Short and stable: the key in latest.json, and what `--only` looks at. */
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  /** In the order of the table. The first one is ours, on the Node of the bench, which the others are compared with. */
  readonly systems: { readonly [system: string]: StartSubject };
  /** The one of ours on the newest Node that the others are compared with as well; absent: none is measured there. */
  readonly newest?: string;
  /** Largest mean difference between answers; without it systems are not compared (each trains its own way). */
  readonly tolerance?: number;
  /** How many times as fast as a system ours is meant to be, by the beginning of that system's name. */
  readonly goals?: { readonly [system: string]: number };
  /** Floating-point operations of the matrix products in one iteration: what the share of the peak is taken of. */
  readonly productOperations?: number;
  /** Why the row cannot be measured on this machine, or null: it is then one line of the table, which says so. */
  readonly absent?: (scale: Scale) => Promise<string | null>;
  /** Whether one iteration takes seconds: it is then neither warmed up nor repeated within a sample. */
  readonly long?: boolean;
}

/** Microseconds of one of `count` equal parts of an iteration. */
export function microseconds(count = 1): Unit {
  return { label: "µs", better: "lower", of: (seconds) => (seconds * 1e6) / count };
}

/** Nanoseconds of one of `count` equal parts of an iteration. */
export function nanoseconds(count = 1): Unit {
  return { label: "ns", better: "lower", of: (seconds) => (seconds * 1e9) / count };
}

/** Environment steps per second, with `count` of them in an iteration. */
export function stepsPerSecond(count: number): Unit {
  return { label: "steps/s", better: "higher", of: (seconds) => count / seconds };
}

/** Seconds of an iteration. */
export const wholeSeconds: Unit = { label: "s", better: "lower", of: (seconds) => seconds };

/** Billions of floating-point operations per second, with `count` of them in an iteration. */
export function gigaflops(count: number): Unit {
  return { label: "GFLOP/s", better: "higher", of: (seconds) => count / seconds / 1e9 };
}
