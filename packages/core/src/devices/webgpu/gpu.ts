import { DeviceError } from "../../errors.ts";

/** An adapter, the object it came from (which must outlive it) and what it says of itself. */
export interface FoundAdapter {
  readonly gpu: GPU;
  readonly adapter: GPUAdapter;
  /** One line: vendor, device and driver, and whether it is a processor that plays a GPU. */
  readonly description: string;
  /** A processor plays the GPU. */
  readonly software: boolean;
}

/**
 * The WebGPU of this machine: `navigator.gpu` in browsers, the package `webgpu` (Dawn) in Node.
 *
 * @returns the adapter, or in words why there is none and what to install.
 */
export async function findAdapter(): Promise<FoundAdapter | string> {
  const gpu = await findGpu();
  if (typeof gpu === "string") return gpu;
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) {
    return (
      "WebGPU finds no adapter. It needs a GPU with its driver for Vulkan, Metal or Direct3D 12 (on Linux the package " +
      "libvulkan1 and the vendor's driver). Without a GPU, SwiftShader runs it on the processor: set VK_ICD_FILENAMES " +
      "to a vk_swiftshader_icd.json, which Chromium ships."
    );
  }
  return { gpu, adapter, ...describe(adapter.info) };
}

/** In Node, one for the whole process: to make another takes the driver all over again. */
let dawn: GPU | undefined;

async function findGpu(): Promise<GPU | string> {
  const { navigator, process } = globalThis as {
    navigator?: { gpu?: GPU };
    process?: { versions?: { node?: string } };
  };
  if (navigator?.gpu !== undefined) return navigator.gpu;
  if (process?.versions?.node === undefined) {
    return "this browser has no WebGPU (navigator.gpu). Use a current Chrome, Edge, Firefox or Safari, on https or localhost.";
  }
  if (dawn !== undefined) return dawn;
  const specifier = "webgpu"; // an optional peer: a bundler must not look for it
  try {
    const { create } = (await import(/* @vite-ignore */ specifier)) as { create(flags: string[]): GPU };
    dawn = create([]);
    return dawn;
  } catch (error) {
    return `the package "webgpu", version 0.6 or newer, does not load. Install it: npm install webgpu. (${String(error)})`;
  }
}

const softwareNames = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|software/i;

function describe(info: GPUAdapterInfo): Pick<FoundAdapter, "description" | "software"> {
  const { vendor, architecture, device, description } = info;
  const name = [...new Set([vendor, architecture, device, description])]
    .filter((part) => part !== "")
    .join(", ");
  const software = info.isFallbackAdapter || softwareNames.test(name);
  const suffix = software ? "; a software adapter: it computes on the processor, slowly" : "";
  return { description: `${name || "unnamed adapter"}${suffix}`, software };
}

/** Limits of compute shaders, of which the device gets all that the adapter has. */
const wantedLimits = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
] as const;

/**
 * A device with the adapter's real limits. No kernel needs an optional feature, so none is asked for.
 * @throws DeviceError where the adapter gives none.
 */
export async function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredLimits: Record<string, number> = {};
  for (const name of wantedLimits) requiredLimits[name] = adapter.limits[name];
  try {
    return await adapter.requestDevice({ requiredLimits });
  } catch (error) {
    throw new DeviceError(
      `webgpu: the adapter gives no device: ${String(error)}. Close other users of the GPU.`,
      {
        cause: error,
      },
    );
  }
}
