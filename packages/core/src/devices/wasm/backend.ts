import { DTypeError, ShapeError } from "../../errors.ts";
import { type DType, dtypeOf, type TypedArray } from "../../tensor/dtype.ts";
import type { Backend, DeviceBuffer } from "../backend.ts";
import type { Kernel } from "../kernel.ts";
import { refuseIntegers } from "../refuse-integers.ts";
import type { WasmBuffer } from "./buffer.ts";
import { Launcher } from "./launch.ts";
import { instantiateKernels } from "./module.ts";
import { PagedMemory } from "./paged-memory.ts";

export interface WasmBackendOptions {
  /**
   * Bytes of linear memory that buffers may occupy before the oldest move out to ordinary memory (`paged-memory.ts`).
   * At least 64 KiB; grows by itself where one kernel, or the working set, needs more.
   */
  readonly residentBytes?: number;
}

/**
 * The default device: WebAssembly SIMD on one thread, on float32 and int32, in Node and in browsers alike.
 *
 * Results are deterministic, the same on every machine, and do not depend on what ran before. A row of a batch gives
 * the same bits as the row alone, in every kernel.
 *
 * @throws DeviceError where the engine has no WebAssembly SIMD; later, from `allocate`, beyond 4 GiB.
 */
export function createWasmBackend(options: WasmBackendOptions = {}): Backend {
  const { residentBytes = 64 * 2 ** 20 } = options;
  if (!(residentBytes >= 65536)) {
    throw new RangeError(`createWasmBackend: residentBytes must be at least 65536, got ${residentBytes}.`);
  }
  return new WasmBackend(residentBytes);
}

class WasmBackend implements Backend {
  readonly name = "wasm";
  readonly dtypes: readonly DType[] = ["float32", "int32"];
  private readonly pages: PagedMemory;
  private readonly launcher: Launcher;
  private readonly inputAddresses = [0, 0, 0];
  private readonly outputAddresses = [0, 0, 0];

  constructor(residentBytes: number) {
    const kernels = instantiateKernels();
    this.pages = new PagedMemory(kernels.memory, kernels.scratchEnd(), residentBytes);
    this.launcher = new Launcher(kernels, this.pages);
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

  run(kernel: Kernel, inputs: readonly DeviceBuffer[], outputs: readonly DeviceBuffer[]): void {
    if (kernel.dtype !== "float32") {
      if (kernel.dtype === "float64") throw noDoubles(kernel.kind);
      refuseIntegers(kernel);
    }
    const { pages, inputAddresses, outputAddresses } = this;
    pages.makeResident(inputs, outputs);
    for (let i = 0; i < inputs.length; i++) inputAddresses[i] = pages.addressOf(inputs[i] as WasmBuffer);
    for (let i = 0; i < outputs.length; i++) outputAddresses[i] = pages.addressOf(outputs[i] as WasmBuffer);
    this.launcher.launch(kernel, inputAddresses, outputAddresses);
  }

  dispose(): void {
    this.pages.dispose();
  }
}

function noDoubles(what: string): DTypeError {
  return new DTypeError(
    `${what}: the device wasm runs float32 and int32, got float64. Use float32, or the device reference.`,
  );
}
