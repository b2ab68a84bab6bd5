/** A recorded step in linear memory: `assembly/program.ts` runs it, on one thread or on all. */
import { GradbridgeError } from "@gradbridge/random";
import type { DeviceBuffer, Launch, Program } from "../backend.ts";
import type { Kernel } from "../kernel.ts";
import { noPage, type WasmBuffer } from "./buffer.ts";
import type { WasmExports } from "./instance.ts";
import { Launcher } from "./launch.ts";
import type { Page } from "./page.ts";
import type { PagedMemory } from "./paged-memory.ts";
import { ProgramWriter } from "./program-writer.ts";
import { type Cut, type Step, scheduleOf } from "./schedule.ts";
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

/** Where the call of a launch, or of a thread's part of it, begins in the program: so that `setKernel` can write it anew. */
interface Place {
  readonly address: number;
  readonly words: number;
  readonly cut: Cut | null;
}

/** Pages of programs that nobody can run any more are no longer kept where they are. */
const forgotten = new FinalizationRegistry<{ pages: PagedMemory; pinned: readonly Page[] }>(
  ({ pages, pinned }) => pages.unpin(pinned),
);

export class WasmProgram implements Program {
  readonly #context: ProgramContext;
  readonly #launches: Launch[];
  readonly #inputs: readonly WasmBuffer[];
  readonly #buffers: readonly WasmBuffer[];
  readonly #places: readonly Place[][];
  readonly #code: WasmBuffer;
  readonly #pinned: readonly Page[];
  /** How long thread 0 looks for the others, about a nanosecond each; 0: the program runs on one thread. */
  readonly #patience: number;
  #disposed = false;

  constructor(context: ProgramContext, launches: readonly Launch[], inputs: readonly DeviceBuffer[]) {
    const { pages, threads } = context;
    this.#context = context;
    this.#launches = [...launches];
    this.#inputs = inputs as readonly WasmBuffer[];
    const used = new Set<DeviceBuffer>(inputs);
    for (const launch of launches) {
      for (const buffer of launch.inputs) used.add(buffer);
      for (const buffer of launch.outputs) used.add(buffer);
    }
    const buffers = [...used] as WasmBuffer[];
    for (const buffer of buffers) if (buffer.page == null) throw noPage(buffer, "record");

    const whole = launches.map((_, index): Step => ({ kind: "launch", index, cut: null }));
    const schedule = threads > 1 ? scheduleOf(launches, threads) : null;
    const lists = schedule?.shared ? [whole, ...schedule.lists] : [whole];
    this.#patience = schedule?.shared ? Math.min(100_000, 500 + schedule.cost / 8) : 0;

    const pinned = pages.pin(buffers);
    const table = lists.length;
    // Twice: the first time for the length alone.
    const words = table + this.#write(lists, 0).words;
    this.#code = pages.allocate("int32", words);
    this.#pinned = [...pinned, ...pages.pin([this.#code])];
    this.#buffers = [...buffers, this.#code];
    const address = pages.addressOf(this.#code);
    const { starts, places } = this.#write(lists, address + table * 4);
    this.#places = places;
    const { integers } = pages;
    integers.set(starts, address / 4);
    integers.set(context.writer.words.subarray(0, words - table), address / 4 + table);
    forgotten.register(this, { pages, pinned: this.#pinned }, this);
  }

  setKernel(index: number, kernel: Kernel): void {
    const launch = { ...this.#launches[index]!, kernel };
    const { writer, pages } = this.#context;
    this.#launches[index] = launch;
    for (const { address, words, cut } of this.#places[index]!) {
      writer.begin(address);
      this.#writeLaunch(launch, cut);
      if (writer.length !== words) {
        throw new GradbridgeError(
          "compile",
          `wasm: launch ${index} (${kernel.kind}) was recorded with other sizes. Only its numbers may change.`,
        );
      }
      const { integers } = pages;
      const at = address / 4;
      for (let i = 0; i < words; i++) integers[at + i] = writer.words[i]!;
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
    for (let i = 0; i < this.#inputs.length; i++) pages.copy(given[i] as WasmBuffer, this.#inputs[i]!);
    const lists = pages.addressOf(this.#code);
    if (this.#patience > 0) {
      this.#context.startThreads();
      exports.runProgram(lists, this.#patience);
    } else {
      exports.runSerial(lists);
    }
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    forgotten.unregister(this);
    this.#context.pages.unpin(this.#pinned);
    this.#context.pages.free(this.#code);
  }

  /** Writes all lists to the writer, as they will be from `base` on. */
  #write(
    lists: readonly (readonly Step[])[],
    base: number,
  ): { words: number; starts: number[]; places: Place[][] } {
    const { writer } = this.#context;
    const places = this.#launches.map((): Place[] => []);
    writer.begin(base);
    const starts = lists.map((list) => {
      const start = base + writer.length * 4;
      for (const step of list) {
        if (step.kind === "barrier") {
          writer.barrier();
          continue;
        }
        const at = writer.length;
        this.#writeLaunch(this.#launches[step.index]!, step.cut);
        places[step.index]!.push({ address: base + at * 4, words: writer.length - at, cut: step.cut });
      }
      writer.end();
      return start;
    });
    return { words: writer.length, starts, places };
  }

  #writeLaunch({ kernel, inputs, outputs }: Launch, cut: Cut | null): void {
    const { pages, launcher } = this.#context;
    const addressOf = (buffer: DeviceBuffer): number => pages.addressOf(buffer as WasmBuffer);
    if (cut === null) {
      launcher.launch(kernel, inputs.map(addressOf), outputs.map(addressOf));
      return;
    }
    const part = splittingOf(kernel)!.part(cut.from, cut.to);
    launcher.launch(
      part.kernel,
      inputs.map((buffer, i) => addressOf(buffer) + part.inputOffsets[i]! * 4),
      outputs.map((buffer, i) => addressOf(buffer) + part.outputOffsets[i]! * 4),
      part.whole,
    );
  }
}
