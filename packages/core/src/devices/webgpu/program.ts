import { GradbridgeError } from "@gradbridge/random";
import type { DeviceBuffer, Launch, Program } from "../backend.ts";
import type { ChainKernel } from "../chain.ts";
import type { CustomRun } from "../custom-kernel.ts";
import type { Kernel } from "../kernel.ts";
import { blockOf, boundBlocks } from "./binding.ts";
import { type Commands, uniformAlignment } from "./commands.ts";
import type { Health } from "./health.ts";
import type { KernelLimits } from "./kernels/dense.ts";
import { lower } from "./lower.ts";
import type { Memory } from "./memory.ts";
import type { Pipelines } from "./pipelines.ts";
import { type Pass, storeUniforms, uniformBytes } from "./shader.ts";

/** The parts of a backend that a program works with. */
export interface Machinery {
  readonly device: GPUDevice;
  readonly memory: Memory;
  readonly pipelines: Pipelines;
  readonly commands: Commands;
  readonly health: Health;
  readonly limits: KernelLimits;
}

/** One dispatch with everything decided but the numbers in its uniforms. */
interface PreparedPass {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly uniformOffset: readonly [number];
  readonly groups: readonly [number, number, number];
}

/**
 * A recorded run: pipelines, bind groups and uniforms are made once. A replay copies the inputs on the device and
 * dispatches every pass, in one list of commands and one submission; nothing comes back to the host.
 */
export class WebGpuProgram implements Program {
  readonly #machinery: Machinery;
  readonly #inputs: readonly DeviceBuffer[];
  /** Keeps the buffers alive for as long as the program may run. */
  readonly #launches: readonly Launch<Kernel | ChainKernel | CustomRun>[];
  readonly #scratch: DeviceBuffer[] = [];
  readonly #passes: PreparedPass[] = [];
  /** For each launch: its shaders' names, and where each one's uniforms begin, in words. */
  readonly #places: { readonly shader: string; readonly start: number }[][] = [];
  readonly #uniforms: GPUBuffer;
  readonly #words: Int32Array;
  readonly #floats: Float32Array;
  /** The words that changed since they were last sent: from `#changed` to before `#changedEnd`. */
  #changed = 0;
  #changedEnd: number;

  constructor(
    launches: readonly Launch<Kernel | ChainKernel | CustomRun>[],
    inputs: readonly DeviceBuffer[],
    machinery: Machinery,
  ) {
    this.#machinery = machinery;
    this.#inputs = inputs;
    this.#launches = launches;
    const lowered = launches.map(({ kernel }) => lower(kernel, machinery.limits));
    let bytes = 0;
    for (const { passes } of lowered) {
      const places: { shader: string; start: number }[] = [];
      for (const { shader } of passes) {
        places.push({ shader: shader.name, start: bytes / 4 });
        bytes += Math.ceil(uniformBytes(shader) / uniformAlignment) * uniformAlignment;
      }
      this.#places.push(places);
    }
    this.#words = new Int32Array(Math.max(4, bytes / 4));
    this.#floats = new Float32Array(this.#words.buffer);
    this.#changedEnd = this.#words.length;
    this.#uniforms = machinery.device.createBuffer({ size: this.#words.byteLength, usage: 0x40 | 0x8 });
    lowered.forEach(({ passes, scratch }, launch) => {
      const memory = scratch.map((length) => machinery.memory.allocate("float32", length));
      this.#scratch.push(...memory);
      const { inputs, outputs } = launches[launch];
      const buffers = { input: inputs, output: outputs, scratch: memory };
      passes.forEach((pass, i) => {
        this.#prepare(pass, this.#places[launch][i].start, buffers);
      });
    });
  }

  #prepare(pass: Pass, start: number, buffers: Parameters<typeof boundBlocks>[1]): void {
    const { memory, pipelines, limits } = this.#machinery;
    storeUniforms(pass, this.#words, this.#floats, start);
    this.#passes.push({
      pipeline: pipelines.for(pass.shader).pipeline,
      group: pipelines.bind(pass, this.#uniforms, boundBlocks(pass, buffers, memory, limits.bindingBytes)),
      uniformOffset: [start * 4],
      groups: pass.groups,
    });
  }

  setKernel(index: number, kernel: Kernel): void {
    const { passes } = lower(kernel, this.#machinery.limits);
    const places = this.#places[index];
    if (passes.length !== places.length || passes.some(({ shader }, i) => shader.name !== places[i].shader)) {
      throw new GradbridgeError(
        "compile",
        `webgpu: launch ${index} of a program is ${this.#launches[index].kernel.kind}; only its numbers can change.`,
      );
    }
    passes.forEach((pass, i) => {
      const { start } = places[i];
      storeUniforms(pass, this.#words, this.#floats, start);
      this.#changed = Math.min(this.#changed, start);
      this.#changedEnd = Math.max(this.#changedEnd, start + pass.shader.uniforms.length);
    });
  }

  run(inputs: readonly DeviceBuffer[]): void {
    const { device, memory, commands, health } = this.#machinery;
    health.check();
    if (this.#changedEnd > this.#changed) {
      device.queue.writeBuffer(
        this.#uniforms,
        this.#changed * 4,
        this.#words,
        this.#changed,
        this.#changedEnd - this.#changed,
      );
      this.#changed = this.#words.length;
      this.#changedEnd = 0;
    }
    const encoder = device.createCommandEncoder();
    for (let i = 0; i < inputs.length; i++) {
      const source = blockOf(inputs[i], memory, "copy");
      const target = blockOf(this.#inputs[i], memory, "fill");
      const bytes = inputs[i].length * 4;
      if (source !== target && bytes > 0) {
        encoder.copyBufferToBuffer(source.gpu, 0, target.gpu, 0, bytes);
      }
    }
    const pass = encoder.beginComputePass();
    for (const { pipeline, group, uniformOffset, groups } of this.#passes) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group, uniformOffset);
      pass.dispatchWorkgroups(...groups);
    }
    pass.end();
    commands.statistics.dispatches += this.#passes.length;
    commands.flush(encoder.finish());
  }

  dispose(): void {
    for (const buffer of this.#scratch) this.#machinery.memory.free(buffer as ReturnType<Memory["allocate"]>);
    this.#scratch.length = 0;
    this.#passes.length = 0;
    this.#uniforms.destroy();
  }
}
