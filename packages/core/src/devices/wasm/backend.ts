import { GradbridgeError } from "@gradbridge/random";
import { DTypeError, ShapeError } from "../../errors.ts";
import { type DType, dtypeOf, type TypedArray } from "../../tensor/dtype.ts";
import type { Backend, DeviceBuffer, Launch, Program } from "../backend.ts";
import type { ChainKernel } from "../chain.ts";
import type { FusedKind } from "../kernel.ts";
import { refuseIntegers } from "../refuse-integers.ts";
import type { WasmBuffer } from "./buffer.ts";
import { chooseBuild, instantiateKernels, type WasmBuild, type WasmInstance } from "./instance.ts";
import { Launcher, type WasmKernel } from "./launch.ts";
import { ImmediateTarget } from "./launch-target.ts";
import { PagedMemory } from "./paged-memory.ts";
import { WasmProgram } from "./program.ts";
import { type ProgramContext, programContext } from "./program-code.ts";
import { SharedLaunch } from "./shared-launch.ts";
import { ThreadPool } from "./thread-pool.ts";

/** Options of {@link createWasmBackend}, and of `setDevice("wasm", …)`. */
export interface WasmBackendOptions {
  /**
   * How many threads share the work of compiled steps, and of eager kernels that take long, the caller's among them: 1 … 64
   * (at most 32 have work at a time). Results do not depend on it. More than one needs shared memory and workers; where there
   * are none (a browser page that is not cross-origin isolated) one thread does it all. What runs slower shared than alone, as on
   * a busy machine, is run alone (`sharing.ts`). Threads that wait for work look for it for about 250 µs and then sleep.
   *
   * Default 1: a second thread is only worth its processor where steps take some tens of microseconds and more.
   */
  readonly threads?: number;
  /**
   * `"baseline"`: the same bits on every machine. `"relaxed"`: fused multiply-add; its last bits depend on the processor.
   * `"wide"`: the bits of `relaxed`, computed in 256-bit vectors: on x86-64, from Node 24 on, whose experimental flag
   * `--experimental-wasm-revectorize` it sets for the process. Default: `wide` where Node was started with that flag, else
   * `relaxed` where the engine has it.
   */
  readonly build?: WasmBuild;
  /**
   * Bytes of linear memory that buffers may occupy before the oldest move out to ordinary memory (`paged-memory.ts`).
   * At least 64 KiB; grows by itself where one kernel, or the working set, needs more.
   */
  readonly residentBytes?: number;
  /** The name it is registered under by `defineBackend`, where that is another than `wasm`: a second device beside the first. */
  readonly name?: string;
}

/**
 * The default device: WebAssembly SIMD, on float32 and int32, in Node and in browsers alike.
 *
 * Results are deterministic for a build and do not depend on what ran before, nor on the number of threads. A row of a batch
 * gives the same bits as the row alone, in every kernel.
 *
 * @throws GradbridgeError code `option` for options out of range; DeviceError where the engine has no WebAssembly SIMD or not the
 *   build asked for; later, from `allocate`, beyond 4 GiB.
 */
export function createWasmBackend(options: WasmBackendOptions = {}): WasmBackend {
  const { residentBytes = 64 * 2 ** 20, threads = 1, build, name = "wasm" } = options;
  if (!(residentBytes >= 65536)) {
    throw new GradbridgeError(
      "option",
      `createWasmBackend: residentBytes must be at least 65536, got ${residentBytes}.`,
    );
  }
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= 64)) {
    throw new GradbridgeError(
      "option",
      `createWasmBackend: threads must be an integer from 1 to 64, got ${threads}.`,
    );
  }
  if (build !== undefined && !builds.includes(build)) {
    throw new GradbridgeError(
      "option",
      `createWasmBackend: build must be "baseline", "relaxed" or "wide", got ${JSON.stringify(build)}.`,
    );
  }
  return new WasmBackend(name, residentBytes, instantiateKernels({ threads, build: chooseBuild(build) }));
}

const builds: readonly WasmBuild[] = ["baseline", "relaxed", "wide"];

/** What {@link createWasmBackend} makes. */
export class WasmBackend implements Backend {
  readonly name: string;
  readonly dtypes: readonly DType[] = ["float32", "int32"];
  readonly fused: readonly FusedKind[] = ["adamFromTable", "sumOfSquares", "chain"];
  private readonly pages: PagedMemory;
  private readonly launcher: Launcher;
  private readonly pool: ThreadPool;
  private readonly programs: ProgramContext;
  private readonly sharedLaunch: SharedLaunch | null;
  /** How many programs all threads have run together; the others ran on one. For tests and measurements. */
  readonly programsShared: () => number;
  private readonly inputAddresses = [0, 0, 0];
  private readonly outputAddresses = [0, 0, 0];

  constructor(name: string, residentBytes: number, instance: WasmInstance) {
    this.name = name;
    const { exports, memory, base, threads } = instance;
    this.pages = new PagedMemory(memory, base, residentBytes);
    this.launcher = new Launcher(new ImmediateTarget(exports, this.pages));
    this.programsShared = exports.programsShared;
    this.pool = new ThreadPool(instance);
    this.programs = programContext(exports, this.pages, threads, () => this.pool.start());
    this.sharedLaunch = threads > 1 ? new SharedLaunch(this.programs) : null;
  }

  allocate(dtype: DType, length: number): DeviceBuffer {
    if (dtype === "float64") throw noDoubles("allocate");
    return this.pages.allocate(dtype, length);
  }

  free(buffer: DeviceBuffer): void {
    this.pages.free(buffer as WasmBuffer);
  }

  write(buffer: DeviceBuffer, values: TypedArray): void {
    if (values.length !== buffer.length) {
      throw new ShapeError(`wasm: write: the buffer has ${buffer.length} elements, got ${values.length}.`);
    }
    if (dtypeOf(values) !== buffer.dtype) {
      throw new DTypeError(`wasm: write: the buffer is ${buffer.dtype}, got ${dtypeOf(values)} values.`);
    }
    this.pages.write(buffer as WasmBuffer, values);
  }

  async read(buffer: DeviceBuffer): Promise<TypedArray> {
    return this.pages.read(buffer as WasmBuffer);
  }

  readSync(buffer: DeviceBuffer): TypedArray {
    return this.pages.read(buffer as WasmBuffer);
  }

  run(kernel: WasmKernel, inputs: readonly DeviceBuffer[], outputs: readonly DeviceBuffer[]): void {
    refuseUnsupported(kernel);
    if (this.sharedLaunch?.run(kernel, inputs, outputs)) return;
    const { pages, inputAddresses, outputAddresses } = this;
    pages.makeResident(inputs, outputs);
    for (let i = 0; i < inputs.length; i++) inputAddresses[i] = pages.addressOf(inputs[i] as WasmBuffer);
    for (let i = 0; i < outputs.length; i++) outputAddresses[i] = pages.addressOf(outputs[i] as WasmBuffer);
    this.launcher.launch(kernel, inputAddresses, outputAddresses);
  }

  runChain(chain: ChainKernel, inputs: readonly DeviceBuffer[], outputs: readonly DeviceBuffer[]): void {
    this.run(chain, inputs, outputs);
  }

  record(launches: readonly Launch<WasmKernel>[], inputs: readonly DeviceBuffer[]): Program {
    for (const { kernel } of launches) refuseUnsupported(kernel);
    return new WasmProgram(this.programs, launches, inputs);
  }

  dispose(): void {
    this.pool.stop();
    this.pages.dispose();
  }
}

function refuseUnsupported(kernel: WasmKernel): void {
  if (kernel.dtype === "float32" && kernel.kind !== "chain") return;
  if (kernel.dtype === "float64") throw noDoubles(kernel.kind);
  refuseIntegers(kernel);
}

function noDoubles(what: string): DTypeError {
  return new DTypeError(
    `${what}: the device wasm runs float32 and int32, got float64. Use float32, or the device reference.`,
  );
}
