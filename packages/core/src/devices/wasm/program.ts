/** A recorded step in linear memory: `assembly/program.ts` runs it, on one thread or on all. */
import { GradbridgeError } from "@gradbridge/random";
import type { DeviceBuffer, Launch, Program } from "../backend.ts";
import type { AnyKernel } from "../kernel.ts";
import { noPage, type WasmBuffer } from "./buffer.ts";
import type { WasmKernel } from "./launch.ts";
import type { Page } from "./page.ts";
import type { PagedMemory } from "./paged-memory.ts";
import {
  type Place,
  type PlacedLaunch,
  type ProgramContext,
  storeProgram,
  writeLaunch,
  writeProgram,
} from "./program-code.ts";
import { scheduleOf } from "./schedule.ts";
import { Sharing } from "./sharing.ts";

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
    launches: readonly Launch<WasmKernel>[],
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
    // Twice: the first time for the length alone.
    this.#code = pages.allocate("int32", writeProgram(context, this.#launches, sections, 0).length);
    this.#pinned = [...pinned, ...pages.pin([this.#code])];
    this.#buffers = [...buffers, this.#code];
    const address = pages.addressOf(this.#code);
    const { head, places } = writeProgram(context, this.#launches, sections, address);
    this.#places = places;
    storeProgram(context, head, address);
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
    writeLaunch(this.#context, launch, cut);
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
    let together = false;
    if (sharing.wanted) together = exports.runShared(program) !== 0;
    else exports.runSerial(program);
    sharing.took(performance.now() - began, together);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    forgotten.unregister(this);
    this.#context.pages.unpin(this.#pinned);
    this.#context.pages.free(this.#code);
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

function otherSizes(index: number, kernel: WasmKernel): GradbridgeError {
  return new GradbridgeError(
    "compile",
    `wasm: launch ${index} (${kernel.kind}) was recorded with other sizes. Only its numbers may change.`,
  );
}
