/** How launches become a program that `assembly/program.ts` runs: the words, and where what is among them. */

import type { WasmExports } from "./instance.ts";
import type { WasmKernel } from "./launch.ts";
import { Launcher } from "./launch.ts";
import type { PagedMemory } from "./paged-memory.ts";
import { ProgramWriter } from "./program-writer.ts";
import type { Cut, Section, Step } from "./schedule.ts";
import { splittingOf } from "./split.ts";

/** What programs of one device share. */
export interface ProgramContext {
  readonly exports: WasmExports;
  readonly pages: PagedMemory;
  readonly writer: ProgramWriter;
  readonly launcher: Launcher;
  readonly threads: number;
  /** Starts the other threads, if they have not been. */
  readonly startThreads: () => void;
}

export function programContext(
  exports: WasmExports,
  pages: PagedMemory,
  threads: number,
  startThreads: () => void,
): ProgramContext {
  const writer = new ProgramWriter();
  return { exports, pages, writer, launcher: new Launcher(writer), threads, startThreads };
}

/** A launch with the addresses of its buffers, which do not move while the program is used. */
export interface PlacedLaunch {
  kernel: WasmKernel;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** Where the call of a launch, or of a part of it, is in the program: so that it can be written anew. */
export interface Place {
  readonly address: number;
  readonly words: number;
  readonly cut: Cut | null;
}

/** A program without the words of its lists, which are in the context's writer. */
export interface ProgramHead {
  readonly head: readonly number[];
  /** For each launch. */
  readonly places: readonly Place[][];
  /** Words, those of the lists included. */
  readonly length: number;
}

/** The words of a head before the sections: see `runShared` in `assembly/program.ts`. */
const fixedWords = 4;

/** Writes launches, as a whole and in `sections`, as a program that will be at `address`. */
export function writeProgram(
  context: ProgramContext,
  launches: readonly PlacedLaunch[],
  sections: readonly Section[],
  address: number,
): ProgramHead {
  const { writer } = context;
  const lanes = sections[0]?.length ?? 0;
  const headWords = fixedWords + sections.length * (1 + lanes);
  const places = launches.map((): Place[] => []);
  writer.begin(address + headWords * 4);
  const write = (list: readonly Step[]): number => {
    const start = writer.base + writer.length * 4;
    for (const { index, cut } of list) {
      const at = writer.length;
      writeLaunch(context, launches[index]!, cut);
      places[index]!.push({ address: writer.base + at * 4, words: writer.length - at, cut });
    }
    writer.end();
    return start;
  };
  const serial = write(launches.map((_, index) => ({ index, cut: null })));
  const tasks = sections.flat().filter((task) => task.length > 0).length;
  const head = [serial, sections.length, lanes, tasks];
  for (const section of sections) {
    head.push(section.reduce((bits, task, i) => (task.length > 0 ? bits | (1 << i) : bits), 0));
    for (const task of section) head.push(task.length > 0 ? write(task) : 0);
  }
  return { head, places, length: headWords + writer.length };
}

/** Stores what `writeProgram` has just written, at the address it was written for. */
export function storeProgram(
  { pages, writer }: ProgramContext,
  head: readonly number[],
  address: number,
): void {
  const { integers } = pages;
  integers.set(head, address / 4);
  integers.set(writer.words.subarray(0, writer.length), address / 4 + head.length);
}

/** Writes the call of a launch, or of a part of it. */
export function writeLaunch(
  { launcher }: ProgramContext,
  { kernel, inputs, outputs }: PlacedLaunch,
  cut: Cut | null,
): void {
  if (cut === null) {
    launcher.launch(kernel, inputs, outputs);
    return;
  }
  const part = splittingOf(kernel)!.part(cut.from, cut.to);
  launcher.launch(
    part.kernel,
    inputs.map((address, i) => address + part.inputOffsets[i]! * 4),
    outputs.map((address, i) => address + part.outputOffsets[i]! * 4),
    part.whole,
  );
}
