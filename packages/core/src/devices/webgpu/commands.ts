import type { TypedArray } from "../../tensor/dtype.ts";
import type { Health } from "./health.ts";
import type { Block } from "./memory.ts";
import type { BoundBlock, Pipelines } from "./pipelines.ts";
import { type Pass, storeUniforms, uniformBytes } from "./shader.ts";

const usageUniform = 0x40;
const usageCopyDestination = 0x8;
const usageMapRead = 0x1;
const mapRead = 0x1;
/** Uniforms begin at multiples of this, the largest alignment that WebGPU allows an adapter to ask for. */
export const uniformAlignment = 256;
const uniformRing = 2 ** 18;
const dispatchesPerBatch = 256;

/**
 * Commands in order. Kernels that run one by one are collected and sent together: when something is read, when the ring of
 * their uniforms is full, after 256 of them, or when the program yields.
 */
export class Commands {
  readonly statistics = { dispatches: 0, submissions: 0, bytesRead: 0, bytesWritten: 0 };
  readonly #device: GPUDevice;
  readonly #pipelines: Pipelines;
  readonly #health: Health;
  readonly #uniforms: GPUBuffer;
  readonly #words = new Int32Array(uniformRing / 4);
  readonly #floats = new Float32Array(this.#words.buffer);
  readonly #staging = new Map<number, GPUBuffer[]>();
  #uniformEnd = 0;
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #batch = 0;
  #batched = 0;

  constructor(device: GPUDevice, pipelines: Pipelines, health: Health) {
    this.#device = device;
    this.#pipelines = pipelines;
    this.#health = health;
    this.#uniforms = device.createBuffer({ size: uniformRing, usage: usageUniform | usageCopyDestination });
  }

  /** Adds one dispatch to the batch. */
  dispatch(pass: Pass, bound: readonly BoundBlock[]): void {
    const bytes = Math.ceil(uniformBytes(pass.shader) / uniformAlignment) * uniformAlignment;
    if (this.#uniformEnd + bytes > uniformRing || this.#batched >= dispatchesPerBatch) this.flush();
    const start = this.#uniformEnd;
    this.#uniformEnd += bytes;
    storeUniforms(pass, this.#words, this.#floats, start / 4);
    const group = this.#pipelines.bindAgain(pass, this.#uniforms, bound);
    if (this.#pass === null) {
      this.#encoder ??= this.#device.createCommandEncoder();
      this.#pass = this.#encoder.beginComputePass();
      queueMicrotask(() => this.flush());
    }
    this.#pass.setPipeline(this.#pipelines.for(pass.shader).pipeline);
    this.#pass.setBindGroup(0, group, [start]);
    this.#pass.dispatchWorkgroups(...pass.groups);
    for (const { block } of bound) block.batch = this.#batch;
    this.#batched++;
    this.statistics.dispatches++;
  }

  /** Sends what was collected; `more` goes with it in one submission. */
  flush(more?: GPUCommandBuffer): void {
    const buffers: GPUCommandBuffer[] = [];
    if (this.#encoder !== null) {
      this.#pass?.end();
      if (this.#uniformEnd > 0) {
        this.#device.queue.writeBuffer(this.#uniforms, 0, this.#words, 0, this.#uniformEnd / 4);
      }
      buffers.push(this.#encoder.finish());
      this.#encoder = null;
      this.#pass = null;
      this.#uniformEnd = 0;
      this.#batched = 0;
      this.#batch++;
    }
    if (more !== undefined) buffers.push(more);
    if (buffers.length === 0) return;
    this.#device.queue.submit(buffers);
    this.statistics.submissions++;
  }

  /** Copies host values to a block, after everything that was asked for before. */
  write(block: Block, values: TypedArray): void {
    if (block.batch === this.#batch) this.flush();
    this.#device.queue.writeBuffer(block.gpu, 0, values as TypedArray & ArrayBufferView<ArrayBuffer>);
    this.statistics.bytesWritten += values.byteLength;
  }

  /** Copies the first bytes of a block to the host. */
  async read(block: Block, bytes: number): Promise<ArrayBuffer> {
    if (bytes === 0) return new ArrayBuffer(0);
    const size = 2 ** Math.ceil(Math.log2(bytes));
    const staging =
      this.#staging.get(size)?.pop() ??
      this.#device.createBuffer({ size, usage: usageMapRead | usageCopyDestination });
    const encoder = this.#device.createCommandEncoder();
    encoder.copyBufferToBuffer(block.gpu, 0, staging, 0, bytes);
    this.flush(encoder.finish());
    this.statistics.bytesRead += bytes;
    try {
      await staging.mapAsync(mapRead, 0, bytes);
    } catch (error) {
      await new Promise((resolve) => setTimeout(resolve)); // the device says why before that
      this.#health.check();
      throw error;
    }
    this.#health.check();
    const values = staging.getMappedRange(0, bytes).slice(0);
    staging.unmap();
    const same = this.#staging.get(size);
    if (same === undefined) this.#staging.set(size, [staging]);
    else if (same.length < 4) same.push(staging);
    else staging.destroy();
    return values;
  }
}
