import { DeviceError } from "../../errors.ts";
import type { Backend } from "../backend.ts";
import { WebGpuDevice } from "./device.ts";
import { findAdapter, requestDevice } from "./gpu.ts";

export interface WebGpuBackendOptions {
  /** The most bytes of one buffer that a shader may see, where less than the adapter's own limit is wanted. At least 256. */
  readonly bindingBytes?: number;
  /** Workgroups that keep the device busy: matrix products are cut until there are so many. Default 512, 8 on software adapters. */
  readonly workgroups?: number;
}

/** What a device was asked to do so far. */
export interface WebGpuStatistics {
  /** Shader runs. */
  readonly dispatches: number;
  /** Lists of commands sent to the GPU. */
  readonly submissions: number;
  /** Bytes copied to the host, and from it. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** The backend of the device `webgpu`. */
export interface WebGpuBackend extends Backend {
  /** Vendor, device and driver. */
  readonly adapter: string;
  /** Counters since the backend was made. */
  readonly statistics: WebGpuStatistics;
  /** Bytes of GPU memory that buffers occupy. */
  readonly usedBytes: number;
}

/**
 * A device on WebGPU: float32 and int32, kernels in WGSL. It is read asynchronously only. What it computes is
 * deterministic: the same kernels on the same adapter give the same bits.
 *
 * @throws code `device` where there is no WebGPU here; later, from any use, `device-lost`, `out-of-memory` (with the
 *   device's own report, which may come some calls after its cause), `limit` for a kernel that the adapter cannot run.
 */
export async function createWebGpuBackend(options: WebGpuBackendOptions = {}): Promise<WebGpuBackend> {
  const found = await findAdapter();
  if (typeof found === "string") throw new DeviceError(`Device "webgpu" cannot run here: ${found}`);
  const device = await requestDevice(found.adapter);
  const bindingBytes = Math.min(device.limits.maxStorageBufferBindingSize, options.bindingBytes ?? Infinity);
  if (!(bindingBytes >= 256)) {
    throw new RangeError(
      `createWebGpuBackend: bindingBytes must be at least 256, got ${options.bindingBytes}.`,
    );
  }
  const { workgroups = found.software ? 8 : 512 } = options;
  return new WebGpuDevice(device, found.description, { bindingBytes, workgroups });
}
