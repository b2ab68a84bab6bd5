/**
 * Who computes what, and who waits for whom, when several threads run a recorded step.
 *
 * A launch that takes long enough is cut into parts, one for each thread; a short one goes to one thread as a whole. A barrier
 * is put before a launch only where a thread would read, or overwrite, what another has touched since the last barrier:
 * an activation after a product of the same rows needs none.
 */
import type { DeviceBuffer, Launch } from "../backend.ts";
import { costOf } from "./cost.ts";
import { all, type Extent, type Part, type Splitting, splittingOf } from "./split.ts";

/** What a thread does next: a whole launch, its part of one, or waiting for all others. */
export type Step =
  | { readonly kind: "launch"; readonly index: number; readonly cut: Cut | null }
  | { readonly kind: "barrier" };

/** The units of a launch (`split.ts`) that one thread computes. */
export interface Cut {
  readonly from: number;
  readonly to: number;
}

export interface Schedule {
  /** For each thread: its steps. All have the same barriers. */
  readonly lists: readonly (readonly Step[])[];
  /** Estimated nanoseconds on one thread. */
  readonly cost: number;
  /** Whether sharing the work is expected to pay. */
  readonly shared: boolean;
}

/** Launches shorter than this many nanoseconds are not cut. */
const shortest = 600;
/** Programs shorter than this many nanoseconds run on one thread. */
const shortestProgram = 5000;

interface Touch {
  readonly thread: number;
  readonly extent: Extent;
  readonly writes: boolean;
}

export function scheduleOf(launches: readonly Launch[], threads: number): Schedule {
  const lists: Step[][] = Array.from({ length: threads }, () => []);
  const cuts = new Map<DeviceBuffer, readonly number[]>();
  let touched = new Map<DeviceBuffer, Touch[]>();
  let loads = new Float64Array(threads);
  let cost = 0;
  let sharedCost = 0;

  const barrier = (): void => {
    for (const list of lists) list.push({ kind: "barrier" });
    touched = new Map();
    loads = new Float64Array(threads);
  };
  const note = (launch: Launch, part: Part | null, thread: number): void => {
    for (const [buffer, extent, writes] of touchesOf(launch, part)) {
      const known = touched.get(buffer);
      if (known === undefined) touched.set(buffer, [{ thread, extent, writes }]);
      else known.push({ thread, extent, writes });
    }
  };
  /** The other threads whose earlier work stands in the way of `thread` going on with this. */
  const conflicts = (launch: Launch, part: Part | null, thread: number): boolean => {
    for (const [buffer, extent, writes] of touchesOf(launch, part)) {
      for (const touch of touched.get(buffer) ?? []) {
        if (touch.thread !== thread && (writes || touch.writes) && overlap(touch.extent, extent)) return true;
      }
    }
    return false;
  };

  launches.forEach((launch, index) => {
    const nanoseconds = costOf(launch.kernel);
    cost += nanoseconds;
    const splitting = nanoseconds < shortest ? null : splittingOf(launch.kernel);
    const shares = splitting && cutsOf(launch, splitting, threads, cuts);
    if (splitting !== null && shares !== null) {
      const parts = shares.map(({ from, to }) => splitting.part(from, to));
      sharedCost += nanoseconds;
      if (parts.some((part, thread) => conflicts(launch, part, thread))) barrier();
      parts.forEach((part, thread) => {
        note(launch, part, thread);
        loads[thread]! += nanoseconds / threads;
        lists[thread]!.push({ kind: "launch", index, cut: shares[thread]! });
      });
      return;
    }
    let candidates = lists.map((_, thread) => thread).filter((thread) => !conflicts(launch, null, thread));
    if (candidates.length === 0) {
      barrier();
      candidates = lists.map((_, thread) => thread);
    }
    const thread = candidates.reduce((best, other) => (loads[other]! < loads[best]! ? other : best));
    note(launch, null, thread);
    loads[thread]! += nanoseconds;
    lists[thread]!.push({ kind: "launch", index, cut: null });
  });
  return { lists, cost, shared: sharedCost > shortestProgram && sharedCost > cost / 4 };
}

function* touchesOf(launch: Launch, part: Part | null): Generator<[DeviceBuffer, Extent, boolean]> {
  for (const [i, buffer] of launch.inputs.entries()) yield [buffer, part?.reads[i] ?? all, false];
  for (const [i, buffer] of launch.outputs.entries()) yield [buffer, part?.writes[i] ?? all, true];
}

function overlap(a: Extent, b: Extent): boolean {
  return a[0] < b[1] && b[0] < a[1];
}

/**
 * One cut for each thread, or null. Where an input was cut before, its cuts are taken over, so that each thread goes on with
 * what it has just written.
 */
function cutsOf(
  launch: Launch,
  splitting: Splitting,
  threads: number,
  known: Map<DeviceBuffer, readonly number[]>,
): readonly Cut[] | null {
  const { units, unitElements, grain } = splitting;
  let positions = evenPositions(splitting, threads);
  if (positions === null) return null;
  for (const input of launch.inputs) {
    const elements = known.get(input);
    if (elements === undefined || elements[threads] !== units * unitElements) continue;
    const same = elements.map((element) => element / unitElements);
    if (!same.every((unit, i) => i === threads || unit % grain === 0)) continue;
    positions = same;
    break;
  }
  for (const output of launch.outputs) {
    if (output.length !== units * unitElements) continue;
    known.set(
      output,
      positions.map((unit) => unit * unitElements),
    );
  }
  return positions.slice(1).map((to, thread) => ({ from: positions[thread]!, to }));
}

/** `threads` + 1 positions from 0 to `units`; null where there are too few units for all. */
function evenPositions({ units, grain }: Splitting, threads: number): number[] | null {
  const positions = Array.from({ length: threads + 1 }, (_, thread) =>
    thread === threads ? units : Math.round((units * thread) / threads / grain) * grain,
  );
  for (let thread = 0; thread < threads; thread++)
    if (positions[thread + 1]! <= positions[thread]!) return null;
  return positions;
}
