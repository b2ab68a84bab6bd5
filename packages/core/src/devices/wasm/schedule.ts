/**
 * How several threads share a recorded step.
 *
 * Launches are cut into parts, one for each lane; what cannot be, or is too short for it, goes to one lane as a whole. What a lane
 * does in a section is a task, which some thread takes (`assembly/threads.ts`). A new section begins only where a lane would read, or
 * overwrite, what another has touched since the section began: an activation after a product of the same rows begins none.
 */
import type { DeviceBuffer, Launch } from "../backend.ts";
import { costOf, repeatedCostOf } from "./cost.ts";
import type { WasmKernel } from "./launch.ts";
import { all, type Extent, type Part, type Splitting, splittingOf } from "./split.ts";

/** A whole launch, or a part of one. */
export interface Step {
  readonly index: number;
  readonly cut: Cut | null;
}

/** The units of a launch (`split.ts`) that one lane computes. */
export interface Cut {
  readonly from: number;
  readonly to: number;
}

/** For each lane: its task, the steps that it takes one after the other; empty where it has none. */
export type Section = readonly (readonly Step[])[];

export interface Schedule {
  /** One after the other; all have the same number of lanes, 32 at most. */
  readonly sections: readonly Section[];
  /** Whether sharing the work is expected to pay. */
  readonly shared: boolean;
}

/** Launches shorter than this many nanoseconds are not cut. */
const shortest = 60;
/** Those shorter than this are run whole, by one lane, where their parts would have to wait for the next section. */
const short = 600;
/** Programs shorter than this many nanoseconds run on one thread. */
const shortestProgram = 5000;

/** What it takes threads to meet between two sections, about, in nanoseconds. */
const meeting = 300;

/** Lanes for each thread: more let threads that are slowed down do less, but every part of a launch costs something. */
const lanesPerThread = 2;
const mostLanes = 32;
/** Programs that take longer than this many nanoseconds have more lanes than threads. */
const longProgram = 1_000_000;

interface Touch {
  readonly lane: number;
  readonly extent: Extent;
  readonly writes: boolean;
}

/**
 * Launches are taken in their order, except that one which needs a new section waits as long as there are others, independent
 * of it, that need none. Two sections that one lane runs sooner than threads would meet between them become one.
 */
export function scheduleOf(launches: readonly Launch<WasmKernel>[], threads: number): Schedule {
  const cost = launches.reduce((sum, { kernel }) => sum + costOf(kernel), 0);
  const lanes = Math.min(mostLanes, cost > longProgram ? threads * lanesPerThread : threads);
  const plans = planned(launches, threads, lanes);
  const touches = new Touches(lanes);
  const waiting = predecessorsOf(launches);
  const sections: Section[] = [];
  let longest = 0; // of the tasks of the section before
  let remaining = launches.map((_, index) => index);
  let sharedCost = 0;

  const place = (index: number, section: Step[][]): boolean => {
    const launch = launches[index]!;
    const { nanoseconds, shares } = plans[index]!;
    if (shares?.every(({ lane, part }) => !touches.conflicts(launch, part, lane))) {
      for (const { lane, cut, part } of shares) {
        touches.add(launch, part, lane, nanoseconds / shares.length);
        section[lane]!.push({ index, cut });
      }
      sharedCost += nanoseconds;
    } else if (shares !== null && nanoseconds >= short) {
      return false;
    } else {
      const lane = touches.freeLane(launch);
      if (lane === null) return false;
      touches.add(launch, null, lane, nanoseconds);
      section[lane]!.push({ index, cut: null });
    }
    return true;
  };

  while (remaining.length > 0) {
    const section = Array.from({ length: lanes }, (): Step[] => []);
    const left: number[] = [];
    for (const index of remaining) {
      const ready = !left.some((earlier) => waiting[index]!.has(earlier));
      if (!ready || !place(index, section)) left.push(index);
    }
    const before = sections.at(-1);
    const together = before === undefined ? [] : [...indexesOf(before), ...indexesOf(section)];
    const alone = together.reduce((sum, index) => sum + plans[index]!.nanoseconds, 0);
    const apart = longest + touches.longest() + meeting;
    if (before !== undefined && alone <= apart) {
      sections[sections.length - 1] = section.map((_, lane) =>
        lane === 0 ? together.map((index) => ({ index, cut: null })) : [],
      );
      longest = alone;
    } else {
      sections.push(section);
      longest = touches.longest();
    }
    touches.clear();
    remaining = left;
  }
  return { sections, shared: sharedCost > shortestProgram && sharedCost > cost / 4 };
}

/** The launches of a section, in an order in which one lane can run them. */
function indexesOf(section: Section): readonly number[] {
  return [...new Set(section.flatMap((task) => task.map(({ index }) => index)))].sort((a, b) => a - b);
}

/** For each launch: the earlier ones that write what it reads or writes, or read what it writes. */
function predecessorsOf(launches: readonly Launch<WasmKernel>[]): readonly ReadonlySet<number>[] {
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
  /** Of the lanes that compute a part; null where one lane runs the launch as a whole. */
  readonly shares: readonly Share[] | null;
}

interface Share {
  readonly lane: number;
  readonly cut: Cut;
  readonly part: Part;
}

function planned(launches: readonly Launch<WasmKernel>[], threads: number, lanes: number): readonly Plan[] {
  const known = new Map<DeviceBuffer, readonly number[]>();
  return launches.map((launch) => {
    const nanoseconds = costOf(launch.kernel);
    const splitting = nanoseconds < shortest ? null : splittingOf(launch.kernel);
    if (splitting === null) return { nanoseconds, shares: null };
    // Every part repeats what it costs to be one, a tenth of its time at most; all threads get as many.
    const worthwhile = Math.min(lanes, nanoseconds / (10 * repeatedCostOf(launch.kernel)));
    const parts = threads * Math.max(1, Math.floor(worthwhile / threads));
    const positions = positionsOf(launch, splitting, parts, lanes, known);
    if (positions === null) return { nanoseconds, shares: null };
    const shares: Share[] = [];
    for (let lane = 0; lane < lanes; lane++) {
      const cut = { from: positions[lane]!, to: positions[lane + 1]! };
      if (cut.to > cut.from) shares.push({ lane, cut, part: splitting.part(cut.from, cut.to) });
    }
    return { nanoseconds, shares };
  });
}

/** What the lanes do in a section. */
class Touches {
  readonly #touched = new Map<DeviceBuffer, Touch[]>();
  readonly #loads: number[];

  constructor(lanes: number) {
    this.#loads = Array(lanes).fill(0);
  }

  clear(): void {
    this.#touched.clear();
    this.#loads.fill(0);
  }

  /** Nanoseconds of the longest task. */
  longest(): number {
    return Math.max(...this.#loads);
  }

  /** Whether `lane` would meet what another lane does meanwhile. */
  conflicts(launch: Launch<WasmKernel>, part: Part | null, lane: number): boolean {
    for (const [buffer, extent, writes] of touchesOf(launch, part)) {
      for (const touch of this.#touched.get(buffer) ?? []) {
        if (touch.lane !== lane && (writes || touch.writes) && overlap(touch.extent, extent)) return true;
      }
    }
    return false;
  }

  /** The least busy lane that can run a whole launch now. */
  freeLane(launch: Launch<WasmKernel>): number | null {
    let best: number | null = null;
    for (let lane = 0; lane < this.#loads.length; lane++) {
      if (best !== null && this.#loads[lane]! >= this.#loads[best]!) continue;
      if (!this.conflicts(launch, null, lane)) best = lane;
    }
    return best;
  }

  add(launch: Launch<WasmKernel>, part: Part | null, lane: number, nanoseconds: number): void {
    this.#loads[lane]! += nanoseconds;
    for (const [buffer, extent, writes] of touchesOf(launch, part)) {
      const touches = this.#touched.get(buffer);
      if (touches === undefined) this.#touched.set(buffer, [{ lane, extent, writes }]);
      else touches.push({ lane, extent, writes });
    }
  }
}

function* touchesOf(
  launch: Launch<WasmKernel>,
  part: Part | null,
): Generator<[DeviceBuffer, Extent, boolean]> {
  for (const [i, buffer] of launch.inputs.entries()) yield [buffer, part?.reads[i] ?? all, false];
  for (const [i, buffer] of launch.outputs.entries()) yield [buffer, part?.writes[i] ?? all, true];
}

function overlap(a: Extent, b: Extent): boolean {
  return a[0] < b[1] && b[0] < a[1];
}

/**
 * Where the lanes' cuts begin and end: `lanes` + 1 units from 0 up, equal ones where a lane has none; null where there are too few
 * units. Where an input was cut before, its cuts are taken over, so that each lane goes on with what it has just written.
 */
function positionsOf(
  launch: Launch<WasmKernel>,
  splitting: Splitting,
  wanted: number,
  lanes: number,
  known: Map<DeviceBuffer, readonly number[]>,
): readonly number[] | null {
  const { units, unitElements, grain } = splitting;
  const parts = Math.min(wanted, Math.floor(units / grain));
  if (parts < 2) return null;
  let positions = Array.from({ length: lanes + 1 }, (_, lane) => {
    const part = Math.ceil((lane * parts) / lanes);
    return part === parts ? units : Math.round((units * part) / parts / grain) * grain;
  });
  for (const input of launch.inputs) {
    const elements = known.get(input);
    if (elements === undefined || elements[lanes] !== units * unitElements) continue;
    const same = elements.map((element) => element / unitElements);
    if (!same.every((unit, i) => i === lanes || unit % grain === 0)) continue;
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
  return positions;
}
