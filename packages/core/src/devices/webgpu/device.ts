import { DTypeError, ShapeError } from "../../errors.ts";
import { type DType, dtypeOf, type TypedArray } from "../../tensor/dtype.ts";
import type { DeviceBuffer, Launch, Program } from "../backend.ts";
import { type ChainKernel, resultOf } from "../chain.ts";
import type { CustomRun } from "../custom-kernel.ts";
import type { FusedKind, Kernel } from "../kernel.ts";
import { refuseIntegers } from "../refuse-integers.ts";
import type { WebGpuBackend, WebGpuStatistics } from "./backend.ts";
import { blockOf, boundBlocks } from "./binding.ts";
import { Commands } from "./commands.ts";
import { Health } from "./health.ts";
import type { KernelLimits } from "./kernels/dense.ts";
import { lower } from "./lower.ts";
import { Memory, type WebGpuBuffer } from "./memory.ts";
import { Pipelines } from "./pipelines.ts";
import { type Machinery, WebGpuProgram } from "./program.ts";
import type { Lowering } from "./shader.ts";

/** A backend on a WebGPU device that is there already. */
export class WebGpuDevice implements WebGpuBackend {
  readonly name = "webgpu";
  readonly dtypes: readonly DType[] = ["float32", "int32"];
  readonly fused: readonly FusedKind[] = ["chain"];
  readonly adapter: string;
  readonly #machinery: Machinery;

  constructor(device: GPUDevice, adapter: string, limits: KernelLimits) {
    this.adapter = adapter;
    const health = new Health(device);
    const pipelines = new Pipelines(device);
    const commands = new Commands(device, pipelines, health);
    const memory = new Memory(device, () => {
      commands.flush();
      pipelines.forgetGroups();
    });
    this.#machinery = { device, memory, pipelines, commands, health, limits };
  }

  get statistics(): WebGpuStatistics {
    return { ...this.#machinery.commands.statistics };
  }

  get usedBytes(): number {
    return this.#machinery.memory.usedBytes;
  }

  allocate(dtype: DType, length: number): DeviceBuffer {
    this.#machinery.health.check();
    if (dtype === "float64") throw noDoubles("allocate");
    return this.#machinery.memory.allocate(dtype, length);
  }

  free(buffer: DeviceBuffer): void {
    this.#machinery.memory.free(buffer as WebGpuBuffer);
  }

  write(buffer: DeviceBuffer, values: TypedArray): void {
    const { commands, memory, health } = this.#machinery;
    health.check();
    if (values.length !== buffer.length) {
      throw new ShapeError(`webgpu: write: the buffer has ${buffer.length} elements, got ${values.length}.`);
    }
    if (dtypeOf(values) !== buffer.dtype) {
      throw new DTypeError(`webgpu: write: the buffer is ${buffer.dtype}, got ${dtypeOf(values)} values.`);
    }
    commands.write(blockOf(buffer, memory, "write"), values);
  }

  async read(buffer: DeviceBuffer): Promise<TypedArray> {
    const { commands, memory, health } = this.#machinery;
    health.check();
    const bytes = await commands.read(blockOf(buffer, memory, "read"), buffer.length * 4);
    return buffer.dtype === "int32" ? new Int32Array(bytes) : new Float32Array(bytes);
  }

  run(kernel: Kernel, inputs: readonly DeviceBuffer[], outputs: readonly DeviceBuffer[]): void {
    refuseDTypes(kernel);
    this.#run(lower(kernel, this.#machinery.limits), inputs, outputs);
  }

  runChain(chain: ChainKernel, inputs: readonly DeviceBuffer[], outputs: readonly DeviceBuffer[]): void {
    refuseDTypes(chain);
    this.#run(lower(chain, this.#machinery.limits), inputs, outputs);
  }

  runCustom(run: CustomRun, inputs: readonly DeviceBuffer[], outputs: readonly DeviceBuffer[]): void {
    this.#run(lower(run, this.#machinery.limits), inputs, outputs);
  }

  #run(
    { passes, scratch }: Lowering,
    inputs: readonly DeviceBuffer[],
    outputs: readonly DeviceBuffer[],
  ): void {
    const { commands, memory, health, limits } = this.#machinery;
    health.check();
    const buffers = {
      input: inputs,
      output: outputs,
      scratch: scratch.map((length) => memory.allocate("float32", length)),
    };
    for (const pass of passes) {
      commands.dispatch(pass, boundBlocks(pass, buffers, memory, limits.bindingBytes));
    }
    for (const buffer of buffers.scratch) memory.free(buffer);
  }

  record(
    launches: readonly Launch<Kernel | ChainKernel | CustomRun>[],
    inputs: readonly DeviceBuffer[],
  ): Program {
    this.#machinery.health.check();
    for (const { kernel } of launches) if (kernel.kind !== "custom") refuseDTypes(kernel);
    return new WebGpuProgram(launches, inputs, this.#machinery);
  }

  isLost(): boolean {
    return this.#machinery.health.failed;
  }

  dispose(): void {
    this.#machinery.health.dispose();
    this.#machinery.device.destroy();
  }
}

function refuseDTypes(kernel: Kernel | ChainKernel): void {
  const doubles =
    kernel.kind === "chain"
      ? kernel.steps.some((step) => step.dtype === "float64" || resultOf(step) === "float64")
      : kernel.dtype === "float64" || (kernel.kind === "cast" && kernel.to === "float64");
  if (doubles) {
    throw noDoubles(kernel.kind);
  }
  refuseIntegers(kernel);
}

function noDoubles(what: string): DTypeError {
  return new DTypeError(
    `${what}: the device webgpu runs float32 and int32, got float64. Use float32, or the device reference.`,
  );
}
