/** A recorded step in linear memory: `assembly/program.ts` runs it, on one thread or on all. */
import { GradbridgeError } from "@gradbridge/random";
import type { DeviceBuffer, Launch, Program } from "../backend.ts";
import type { AnyKernel } from "../kernel.ts";
import { noPage, type WasmBuffer } from "./buffer.ts";
import type { WasmExports } from "./instance.ts";
import { Launcher } from "./launch.ts";
import type { Page } from "./page.ts";
import type { PagedMemory } from "./paged-memory.ts";
import { ProgramWriter } from "./program-writer.ts";
import { type Cut, type Section, type Step, scheduleOf } from "./schedule.ts";
import { Sharing } from "./sharing.ts";
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

/** Where the call of a launch, or of a thread's part of it, is in the program: so that `setKernel` can write it anew. */
interface Place {
  readonly address: number;
  readonly words: number;
  readonly cut: Cut | null;
}

/** A launch with the addresses of its buffers, which no longer move. */
interface PlacedLaunch {
  kernel: AnyKernel;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** The words before a program's sections: see `runShared` in `assembly/program.ts`. */
const headWords = 4;

/** Pages of programs that nobody can run any more are no longer kept where they are. */
const forgotten = new FinalizationRegistry<{ pages: PagedMemory; pinned: readonly Page[] }>(
  ({ pages, pinned }) => pages.unpin(pinned),
);

export class WasmProgram implements Program {
  readonly #context: ProgramContext;
  readonly #launches: readonly PlacedLaunch[];
  readonly #inputs: readonly WasmBuffer[];
  readonly #buffers: readonly WasmBuffer[];
  readonly #places: readonly Place[][];
  readonly #code: WasmBuffer;
  readonly #pinned: readonly Page[];
  /** When to share; null: the program runs on one thread. */
  readonly #sharing: Sharing | null;
  #disposed = false;

  constructor(
    context: ProgramContext,
    launches: readonly Launch<AnyKernel>[],
    inputs: readonly DeviceBuffer[],
  ) {
    const { pages, threads } = context;
    this.#context = context;
    this.#inputs = inputs as readonly WasmBuffer[];
    const used = new Set<DeviceBuffer>(inputs);
    for (const launch of launches) {
      for (const buffer of launch.inputs) used.add(buffer);
      for (const buffer of launch.outputs) used.add(buffer);
    }
    const buffers = [...used] as WasmBuffer[];
    for (const buffer of buffers) if (buffer.page == null) throw noPage(buffer, "record");

    const whole = launches.map((_, index): Step => ({ index, cut: null }));
    const schedule = threads > 1 ? scheduleOf(launches, threads) : null;
    const sections = schedule?.shared ? schedule.sections : [];
    this.#sharing = schedule?.shared ? new Sharing() : null;

    const pinned = pages.pin(buffers);
    const addressOf = (buffer: DeviceBuffer): number => pages.addressOf(buffer as WasmBuffer);
    this.#launches = launches.map(({ kernel, inputs, outputs }) => ({
      kernel,
      inputs: inputs.map(addressOf),
      outputs: outputs.map(addressOf),
    }));
    const table = headWords + sections.length * (1 + (sections[0]?.length ?? 0));
    // Twice: the first time for the length alone.
    const words = table + this.#write(whole, sections, 0).words;
    this.#code = pages.allocate("int32", words);
    this.#pinned = [...pinned, ...pages.pin([this.#code])];
    this.#buffers = [...buffers, this.#code];
    const address = pages.addressOf(this.#code);
    const { head, places } = this.#write(whole, sections, address + table * 4);
    this.#places = places;
    const { integers } = pages;
    integers.set(head, address / 4);
    integers.set(context.writer.words.subarray(0, words - table), address / 4 + table);
    forgotten.register(this, { pages, pinned: this.#pinned }, this);
  }

  setKernel(index: number, kernel: AnyKernel): void {
    const launch = this.#launches[index]!;
    const places = this.#places[index]!;
    launch.kernel = kernel;
    const { kind } = kernel;
    if (kind === "adam" || kind === "sgd" || kind === "fill") {
      // One instruction, which differs from part to part in addresses and lengths alone: new numbers go into all of them.
      this.#rewrite(index, places[0]!, places);
    } else {
      for (const place of places) this.#rewrite(index, place, [place]);
    }
  }

  /** Writes a launch as it is at `place`, and copies the words that changed to `places`. */
  #rewrite(index: number, { address, words, cut }: Place, places: readonly Place[]): void {
    const { writer, pages } = this.#context;
    const { integers } = pages;
    const launch = this.#launches[index]!;
    writer.begin(address);
    this.#writeLaunch(launch, cut);
    if (writer.length !== words) throw otherSizes(index, launch.kernel);
    for (let word = 0; word < words; word++) {
      const bits = writer.words[word]!;
      if (integers[address / 4 + word] === bits) continue;
      for (let i = 0; i < places.length; i++) integers[places[i]!.address / 4 + word] = bits;
    }
  }

  run(given: readonly DeviceBuffer[]): void {
    const { pages, exports } = this.#context;
    if (this.#disposed) {
      throw new GradbridgeError("disposed", "wasm: the program was disposed. Record another one.");
    }
    pages.refuseDisposed();
    for (let i = 0; i < this.#buffers.length; i++) {
      if (this.#buffers[i]!.page === null) throw noPage(this.#buffers[i]!, "use");
    }
    for (let i = 0; i < this.#inputs.length; i++) this.#copyInput(given[i] as WasmBuffer, this.#inputs[i]!);
    const program = pages.addressOf(this.#code);
    const sharing = this.#sharing;
    if (sharing === null) {
      exports.runSerial(program);
      return;
    }
    this.#context.startThreads();
    const began = performance.now();
    if (sharing.wanted) exports.runShared(program);
    else exports.runSerial(program);
    sharing.took(performance.now() - began);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    forgotten.unregister(this);
    this.#context.pages.unpin(this.#pinned);
    this.#context.pages.free(this.#code);
  }

  /** Writes all lists to the writer, as they will be from `base` on; `head` is what comes before them (`runShared`). */
  #write(
    whole: readonly Step[],
    sections: readonly Section[],
    base: number,
  ): { words: number; head: number[]; places: Place[][] } {
    const { writer } = this.#context;
    const places = this.#launches.map((): Place[] => []);
    writer.begin(base);
    const write = (list: readonly Step[]): number => {
      const start = base + writer.length * 4;
      for (const { index, cut } of list) {
        const at = writer.length;
        this.#writeLaunch(this.#launches[index]!, cut);
        places[index]!.push({ address: base + at * 4, words: writer.length - at, cut });
      }
      writer.end();
      return start;
    };
    const tasks = sections.flat().filter((task) => task.length > 0).length;
    const head = [write(whole), sections.length, sections[0]?.length ?? 0, tasks];
    for (const section of sections) {
      head.push(section.reduce((bits, task, i) => (task.length > 0 ? bits | (1 << i) : bits), 0));
      for (const task of section) head.push(task.length > 0 ? write(task) : 0);
    }
    return { words: writer.length, head, places };
  }

  #writeLaunch({ kernel, inputs, outputs }: PlacedLaunch, cut: Cut | null): void {
    const { launcher } = this.#context;
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

  #copyInput(source: WasmBuffer, target: WasmBuffer): void {
    const { pages, exports } = this.#context;
    if (source.page !== null && source.page.address >= 0) {
      exports.copyBytes(pages.addressOf(source), pages.addressOf(target), source.length * 4);
    } else {
      pages.copyEvicted(source, target);
    }
  }
}

function otherSizes(index: number, kernel: AnyKernel): GradbridgeError {
  return new GradbridgeError(
    "compile",
    `wasm: launch ${index} (${kernel.kind}) was recorded with other sizes. Only its numbers may change.`,
  );
}
