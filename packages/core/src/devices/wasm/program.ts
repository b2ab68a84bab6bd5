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
  /** How often thread 0 looks for the others, about half a nanosecond each; 0: the program runs on one thread. */
  readonly #patience: number;
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

    const whole = launches.map((_, index): Step => ({ kind: "launch", index, cut: null }));
    const schedule = threads > 1 ? scheduleOf(launches, threads) : null;
    const lists = schedule?.shared ? [whole, ...schedule.lists] : [whole];
    this.#patience = schedule?.shared ? 1000 + schedule.cost / 4 : 0;

    const pinned = pages.pin(buffers);
    const addressOf = (buffer: DeviceBuffer): number => pages.addressOf(buffer as WasmBuffer);
    this.#launches = launches.map(({ kernel, inputs, outputs }) => ({
      kernel,
      inputs: inputs.map(addressOf),
      outputs: outputs.map(addressOf),
    }));
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
