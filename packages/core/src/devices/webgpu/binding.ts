import { GradbridgeError } from "@gradbridge/random";
import { DeviceError } from "../../errors.ts";
import type { DeviceBuffer } from "../backend.ts";
import { type Block, type Memory, WebGpuBuffer } from "./memory.ts";
import type { BoundBlock } from "./pipelines.ts";
import type { Pass } from "./shader.ts";

/**
 * The block behind a buffer.
 * @throws code `device` for a buffer of another device, `freed` for one that was freed.
 */
export function blockOf(buffer: DeviceBuffer, memory: Memory, use: string): Block {
  if (!(buffer instanceof WebGpuBuffer) || buffer.memory !== memory) {
    throw new DeviceError(
      `webgpu: cannot ${use} a buffer that another device allocated. Move the tensor to this device first.`,
    );
  }
  if (buffer.block === null) {
    throw new GradbridgeError(
      "freed",
      `webgpu: cannot ${use} a buffer of ${buffer.length} ${buffer.dtype} that was freed. Do not use a tensor after dispose.`,
    );
  }
  return buffer.block;
}

/** The buffers of one kernel, as its passes name them. */
export interface KernelBuffers {
  readonly input: readonly DeviceBuffer[];
  readonly output: readonly DeviceBuffer[];
  readonly scratch: readonly DeviceBuffer[];
}

/**
 * What a pass binds.
 * @throws code `limit` for a buffer too large to be bound, `device` and `freed` as {@link blockOf}.
 */
export function boundBlocks(
  pass: Pass,
  buffers: KernelBuffers,
  memory: Memory,
  bindingBytes: number,
): BoundBlock[] {
  return pass.operands.map(({ role, index, window }) => {
    const buffer = buffers[role][index];
    const block = blockOf(buffer, memory, `run ${pass.shader.name} on`);
    const { start, length } = window ?? { start: 0, length: buffer.length };
    const size = Math.max(1, Math.ceil(length / 4)) * 16;
    if (size > bindingBytes) {
      throw new GradbridgeError(
        "limit",
        `webgpu: ${pass.shader.name}: a shader of this device sees at most ${bindingBytes} bytes of a buffer, and this one ` +
          `has ${size}. Split the work, for instance into smaller batches.`,
      );
    }
    return { block, offset: start * 4, size };
  });
}
