import { GradbridgeError } from "@gradbridge/random";
import type { DType } from "../../tensor/dtype.ts";
import type { DeviceBuffer } from "../backend.ts";

const usageCopySource = 0x4;
const usageCopyDestination = 0x8;
const usageStorage = 0x80;

/** GPU memory that one buffer after another occupies. */
export interface Block {
  readonly id: number;
  readonly gpu: GPUBuffer;
  readonly bytes: number;
  /** The last batch of commands that uses it. */
  batch: number;
}

/** A handle. Nothing but its user refers to it, so that its block comes back when the user lets go of it. */
export class WebGpuBuffer implements DeviceBuffer {
  readonly dtype: DType;
  readonly length: number;
  /** Whose it is: buffers of one device mean nothing to another. */
  readonly memory: Memory;
  /** null once freed. */
  block: Block | null;

  constructor(dtype: DType, length: number, memory: Memory, block: Block) {
    this.dtype = dtype;
    this.length = length;
    this.memory = memory;
    this.block = block;
  }
}

/** Idle blocks beyond so many bytes are destroyed, the least recently used first. */
const idleLimit = 512 * 2 ** 20;
/** After so many bytes of new memory, the garbage collector is told that there is something to collect. */
const pressureBytes = 256 * 2 ** 20;

/**
 * Blocks of a few sizes, used again as soon as their buffer is freed or found unreachable: commands run in order, so a block
 * may have a new owner while the old one's commands still wait.
 *
 * Unreachable buffers come back through finalizers, which run when the program yields to the event loop. JavaScript
 * knows nothing of the memory behind a handle, so now and then it is shown an untouched (hence unoccupied)
 * ArrayBuffer, whose size makes it collect.
 */
export class Memory {
  readonly #device: GPUDevice;
  readonly #idle = new Map<number, Block[]>();
  readonly #unreachable: FinalizationRegistry<Block>;
  readonly #beforeDestroying: () => void;
  #idleBytes = 0;
  #usedBytes = 0;
  #bytesAtPressure = 0;
  #made = 0;

  /** `beforeDestroying` runs before blocks are destroyed: what refers to them must go. */
  constructor(device: GPUDevice, beforeDestroying: () => void) {
    this.#device = device;
    this.#beforeDestroying = beforeDestroying;
    this.#unreachable = new FinalizationRegistry((block) => this.release(block));
  }

  /** Bytes of the blocks that buffers occupy. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** @throws code `out-of-memory` for a buffer larger than the device allows. */
  allocate(dtype: DType, length: number): WebGpuBuffer {
    const block = this.acquire(length);
    const buffer = new WebGpuBuffer(dtype, length, this, block);
    this.#unreachable.register(buffer, block, buffer);
    return buffer;
  }

  free(buffer: WebGpuBuffer): void {
    const { block } = buffer;
    if (block === null) return;
    this.#unreachable.unregister(buffer);
    buffer.block = null;
    this.release(block);
  }

  /** A block for `length` elements, with undefined contents. */
  acquire(length: number): Block {
    const bytes = blockBytes(length, this.#device.limits.maxBufferSize);
    this.#usedBytes += bytes;
    const idle = this.#idle.get(bytes)?.pop();
    if (idle !== undefined) {
      this.#idleBytes -= bytes;
      return idle;
    }
    if (this.#usedBytes - this.#bytesAtPressure > pressureBytes) {
      this.#bytesAtPressure = this.#usedBytes;
      new ArrayBuffer(pressureBytes);
    }
    const usage = usageStorage | usageCopySource | usageCopyDestination;
    return { id: this.#made++, gpu: this.#device.createBuffer({ size: bytes, usage }), bytes, batch: -1 };
  }

  /** Gives a block back. */
  release(block: Block): void {
    const { bytes } = block;
    this.#usedBytes -= bytes;
    this.#bytesAtPressure = Math.min(this.#bytesAtPressure, this.#usedBytes);
    this.#idleBytes += bytes;
    const same = this.#idle.get(bytes);
    if (same === undefined) this.#idle.set(bytes, [block]);
    else same.push(block);
    if (this.#idleBytes > idleLimit) this.#trim();
  }

  #trim(): void {
    this.#beforeDestroying();
    for (const [bytes, blocks] of this.#idle) {
      while (blocks.length > 0 && this.#idleBytes > idleLimit / 2) {
        blocks.pop()!.gpu.destroy();
        this.#idleBytes -= bytes;
      }
    }
  }
}

/** Powers of two up to a mebibyte, then four sizes for each: at most a quarter is lost. */
function blockBytes(length: number, limit: number): number {
  const needed = Math.max(16, length * 4);
  if (needed > limit) {
    throw new GradbridgeError(
      "out-of-memory",
      `webgpu: a buffer of ${length} elements takes ${needed} bytes; this device allows ${limit} at most. Use smaller batches.`,
    );
  }
  const power = 2 ** Math.ceil(Math.log2(needed));
  if (power <= 2 ** 20) return power;
  const step = power / 8;
  return Math.min(Math.ceil(needed / step) * step, limit - (limit % 16));
}
