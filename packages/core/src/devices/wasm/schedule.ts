/**
 * Who computes what, and who waits for whom, when several threads run a recorded step.
 *
 * A launch that takes long enough is cut into parts, one for each thread; a short one goes to one thread as a whole. A barrier
 * is put before a launch only where a thread would read, or overwrite, what another has touched since the last barrier:
 * an activation after a product of the same rows needs none.
 */
import type { DeviceBuffer, Launch } from "../backend.ts";
import type { AnyKernel } from "../kernel.ts";
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

/**
 * Launches are taken in their order, except that one which needs a barrier waits as long as there are others, independent of
 * it, that need none.
 */
export function scheduleOf(launches: readonly Launch<AnyKernel>[], threads: number): Schedule {
  const lists: Step[][] = Array.from({ length: threads }, () => []);
  const plans = planned(launches, threads);
  const section = new Section(threads);
  const waiting = predecessorsOf(launches);
  let remaining = launches.map((_, index) => index);
  let cost = 0;
  let sharedCost = 0;

  const place = (index: number): boolean => {
    const launch = launches[index]!;
    const { nanoseconds, shares } = plans[index]!;
    if (shares !== null) {
      if (shares.some(({ part }, thread) => section.conflicts(launch, part, thread))) return false;
      for (const [thread, { cut, part }] of shares.entries()) {
        section.add(launch, part, thread, nanoseconds / threads);
        lists[thread]!.push({ kind: "launch", index, cut });
      }
      sharedCost += nanoseconds;
    } else {
      const thread = section.freeThread(launch);
      if (thread === null) return false;
      section.add(launch, null, thread, nanoseconds);
      lists[thread]!.push({ kind: "launch", index, cut: null });
    }
    cost += nanoseconds;
    return true;
  };

  while (remaining.length > 0) {
    const left: number[] = [];
    for (const index of remaining) {
      const ready = !left.some((earlier) => waiting[index]!.has(earlier));
      if (!ready || !place(index)) left.push(index);
    }
    if (left.length > 0) {
      for (const list of lists) list.push({ kind: "barrier" });
      section.clear();
    }
    remaining = left;
  }
  return { lists, cost, shared: sharedCost > shortestProgram && sharedCost > cost / 4 };
}

/** For each launch: the earlier ones that write what it reads or writes, or read what it writes. */
function predecessorsOf(launches: readonly Launch<AnyKernel>[]): readonly ReadonlySet<number>[] {
  const lastWriter = new Map<DeviceBuffer, number>();
  const readers = new Map<DeviceBuffer, number[]>();
  return launches.map(({ inputs, outputs }, index) => {
    const before = new Set<number>();
    const addWriter = (buffer: DeviceBuffer): void => {
      const writer = lastWriter.get(buffer);
      if (writer !== undefined) before.add(writer);
    };
    for (const buffer of inputs) addWriter(buffer);
    for (const buffer of outputs) {
      addWriter(buffer);
      for (const reader of readers.get(buffer) ?? []) before.add(reader);
    }
    for (const buffer of outputs) {
      lastWriter.set(buffer, index);
      readers.set(buffer, []);
    }
    for (const buffer of inputs) {
      const known = readers.get(buffer);
      if (known === undefined) readers.set(buffer, [index]);
      else known.push(index);
    }
    return before;
  });
}

interface Plan {
  readonly nanoseconds: number;
  /** One for each thread; null where one thread runs the launch as a whole. */
  readonly shares: readonly { readonly cut: Cut; readonly part: Part }[] | null;
}

function planned(launches: readonly Launch<AnyKernel>[], threads: number): readonly Plan[] {
  const known = new Map<DeviceBuffer, readonly number[]>();
  return launches.map((launch) => {
    const nanoseconds = costOf(launch.kernel);
    const splitting = nanoseconds < shortest ? null : splittingOf(launch.kernel);
    const cuts = splitting && cutsOf(launch, splitting, threads, known);
    const shares = cuts?.map((cut) => ({ cut, part: splitting!.part(cut.from, cut.to) }));
    return { nanoseconds, shares: shares ?? null };
  });
}

/** What happens between two barriers. */
class Section {
  readonly #touched = new Map<DeviceBuffer, Touch[]>();
  readonly #loads: number[];

  constructor(threads: number) {
    this.#loads = Array(threads).fill(0);
  }

  clear(): void {
    this.#touched.clear();
    this.#loads.fill(0);
  }

  /** Whether `thread` would meet what another thread does meanwhile. */
  conflicts(launch: Launch<AnyKernel>, part: Part | null, thread: number): boolean {
    for (const [buffer, extent, writes] of touchesOf(launch, part)) {
      for (const touch of this.#touched.get(buffer) ?? []) {
        if (touch.thread !== thread && (writes || touch.writes) && overlap(touch.extent, extent)) return true;
      }
    }
    return false;
  }

  /** The least busy thread that can run a whole launch now. */
  freeThread(launch: Launch<AnyKernel>): number | null {
    let best: number | null = null;
    for (let thread = 0; thread < this.#loads.length; thread++) {
      if (best !== null && this.#loads[thread]! >= this.#loads[best]!) continue;
      if (!this.conflicts(launch, null, thread)) best = thread;
    }
    return best;
  }

  add(launch: Launch<AnyKernel>, part: Part | null, thread: number, nanoseconds: number): void {
    this.#loads[thread]! += nanoseconds;
    for (const [buffer, extent, writes] of touchesOf(launch, part)) {
      const touches = this.#touched.get(buffer);
      if (touches === undefined) this.#touched.set(buffer, [{ thread, extent, writes }]);
      else touches.push({ thread, extent, writes });
    }
  }
}

function* touchesOf(
  launch: Launch<AnyKernel>,
  part: Part | null,
): Generator<[DeviceBuffer, Extent, boolean]> {
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
  launch: Launch<AnyKernel>,
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
