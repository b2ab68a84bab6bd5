import { DeviceError } from "../errors.ts";
import type { Backend } from "./backend.ts";
import { createReferenceBackend } from "./reference/backend.ts";
import { tensorFlowDefinition } from "./tensorflow/load.ts";
import { createWasmBackend } from "./wasm/backend.ts";
import { createWebGpuBackend } from "./webgpu/backend.ts";
import { findAdapter } from "./webgpu/gpu.ts";

/** A device plugin: how to make a backend, and how to find out whether this machine can. */
export interface BackendDefinition {
  readonly name: string;
  /** One line for the list of devices. */
  readonly description: string;
  /** Makes the backend. Called once, at first use. May be asynchronous; then `setDevice` must come before use. */
  create(): Backend | Promise<Backend>;
  /** Why this machine cannot run it and what to install; null where it can. */
  unavailable?(): string | null | Promise<string | null>;
  /** What this machine's device is: its hardware and driver. Asked only where the device is available. */
  details?(): string | null | Promise<string | null>;
}

/** What `devices` says of one device. */
export interface DeviceInfo {
  readonly name: string;
  readonly description: string;
  readonly available: boolean;
  /** Why not, and what to do; absent where available. */
  readonly reason?: string;
  /** Hardware and driver, and whether it is software that plays a GPU; absent where the device has nothing to tell. */
  readonly details?: string;
  readonly current: boolean;
}

const definitions = new Map<string, BackendDefinition>();
const backends = new Map<string, Backend>();
let current = "wasm";

/**
 * Registers a device under a new name. Returns the definition.
 * @throws code `device` where the name is taken or the definition incomplete.
 */
export function defineBackend(definition: BackendDefinition): BackendDefinition {
  if (
    typeof definition?.name !== "string" ||
    definition.name === "" ||
    typeof definition.create !== "function"
  ) {
    throw new DeviceError(
      "defineBackend: needs { name, description, create }: a non-empty name and a function.",
    );
  }
  if (definitions.has(definition.name)) {
    throw new DeviceError(
      `defineBackend: there is already a device "${definition.name}". Choose another name.`,
    );
  }
  definitions.set(definition.name, definition);
  return definition;
}

defineBackend({
  name: "reference",
  description: "plain TypeScript, float64 and float32: the oracle the others are tested against",
  create: createReferenceBackend,
});
defineBackend({
  name: "wasm",
  description: "WebAssembly SIMD on the CPU, float32: the default",
  create: () => createWasmBackend(),
  unavailable: () => (typeof WebAssembly === "object" ? null : "this JavaScript engine has no WebAssembly."),
});
defineBackend({
  name: "webgpu",
  description: "any GPU through WebGPU, in browsers and (with the package webgpu) in Node, float32",
  create: () => createWebGpuBackend(),
  unavailable: async () => {
    const found = await findAdapter();
    return typeof found === "string" ? found : null;
  },
  details: async () => {
    const found = await findAdapter();
    return typeof found === "string" ? null : found.description;
  },
});

defineBackend(tensorFlowDefinition);

function definitionNamed(name: string): BackendDefinition {
  const definition = definitions.get(name);
  if (definition === undefined) {
    throw new DeviceError(`Unknown device "${name}". Devices: ${deviceNames().join(", ")}.`);
  }
  return definition;
}

/** The backend of a device, made at first use. Internal. */
export function backendNamed(name: string): Backend {
  const existing = backends.get(name);
  if (existing !== undefined) return existing;
  const backend = definitionNamed(name).create();
  if (backend instanceof Promise) {
    backend.catch(() => {});
    throw new DeviceError(`Device "${name}" starts asynchronously: await setDevice("${name}") first.`);
  }
  backends.set(name, backend);
  return backend;
}

/** The backend new tensors are made on. Internal. */
export function activeBackend(): Backend {
  return backends.get(current) ?? backendNamed(current);
}

/**
 * Makes a device ready and the one where new tensors are made.
 * @throws code `device`, with what to do, where this machine cannot run it.
 */
export async function setDevice(name: string): Promise<void> {
  const definition = definitionNamed(name);
  if (!backends.has(name)) {
    const reason = (await definition.unavailable?.()) ?? null;
    if (reason !== null) throw new DeviceError(`Device "${name}" cannot run here: ${reason}`);
    backends.set(name, await definition.create());
  }
  current = name;
}

/** The name of the device where new tensors are made. */
export function currentDevice(): string {
  return current;
}

/** The names of the registered devices. Asks none of them anything. */
export function deviceNames(): string[] {
  return [...definitions.keys()];
}

/**
 * Every registered device, or the named ones, and whether this machine can run it. To find out, a device loads what it
 * needs (a driver, a library of a gigabyte): name the one that matters where start-up time does.
 * @throws code `device` for an unknown name.
 */
export async function devices(names: readonly string[] = deviceNames()): Promise<DeviceInfo[]> {
  const infos: DeviceInfo[] = [];
  for (const name of names) {
    const definition = definitionNamed(name);
    const reason = (await definition.unavailable?.()) ?? null;
    const told = reason === null ? ((await definition.details?.()) ?? null) : null;
    infos.push({
      name,
      description: definition.description,
      available: reason === null,
      ...(reason === null ? {} : { reason }),
      ...(told === null ? {} : { details: told }),
      current: name === current,
    });
  }
  return infos;
}
