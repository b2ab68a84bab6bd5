/** Eager kernels that take long enough, on all threads: each a program of one launch, written over the one before. */
import type { DeviceBuffer } from "../backend.ts";
import type { WasmBuffer } from "./buffer.ts";
import { costOf } from "./cost.ts";
import type { WasmKernel } from "./launch.ts";
import { type ProgramContext, storeProgram, writeProgram } from "./program-code.ts";
import { scheduleOf } from "./schedule.ts";
import { Sharing } from "./sharing.ts";

/** Kernels shorter than this many nanoseconds run on one thread: writing the program takes some tens of microseconds. */
const shortest = 400_000;
/** Room for a program: 32 parts with their layouts. */
const roomWords = 4096;

/** One for each device that has threads. */
export class SharedLaunch {
  readonly #context: ProgramContext;
  readonly #sharing = new Sharing();
  #code: WasmBuffer | null = null;

  constructor(context: ProgramContext) {
    this.#context = context;
  }

  /** Whether it has run the kernel; if not, the caller is to. */
  run(kernel: WasmKernel, inputs: readonly DeviceBuffer[], outputs: readonly DeviceBuffer[]): boolean {
    const cost = costOf(kernel);
    if (cost < shortest) return false;
    const { pages, exports, threads, startThreads } = this.#context;
    const { sections, shared } = scheduleOf([{ kernel, inputs, outputs }], threads);
    if (!shared) return false;
    if (this.#code === null) {
      this.#code = pages.allocate("int32", roomWords);
      pages.pin([this.#code]);
    }
    pages.makeResident(inputs, outputs);
    const addressOf = (buffer: DeviceBuffer): number => pages.addressOf(buffer as WasmBuffer);
    const launch = { kernel, inputs: inputs.map(addressOf), outputs: outputs.map(addressOf) };
    const address = addressOf(this.#code);
    const { head, length } = writeProgram(this.#context, [launch], sections, address);
    if (length > roomWords) return false;
    storeProgram(this.#context, head, address);
    startThreads();
    const began = performance.now();
    let together = false;
    if (this.#sharing.wanted) together = exports.runShared(address) !== 0;
    else exports.runSerial(address);
    // Kernels differ: times are compared by what each was expected to take.
    this.#sharing.took(((performance.now() - began) * 1e6) / cost, together);
    return true;
  }
}
