import { GradbridgeError } from "@gradbridge/random";
import { DeviceError } from "../errors.ts";
import type { Backend } from "./backend.ts";
import { createReferenceBackend } from "./reference/backend.ts";
import { tensorFlowDefinition } from "./tensorflow/load.ts";
import { createWasmBackend, type WasmBackendOptions } from "./wasm/backend.ts";
import { createWebGpuBackend } from "./webgpu/backend.ts";
import { findAdapter } from "./webgpu/gpu.ts";

/** Settings of a device by name, such as `{ threads: 2 }`: what there is, each device says. */
export type DeviceOptions = { readonly [option: string]: unknown };

/** A device plugin: how to make a backend, and how to find out whether this machine can. */
export interface BackendDefinition {
  readonly name: string;
  /** One line for the list of devices. */
  readonly description: string;
  /** The options that `create` takes; absent: none. */
  readonly options?: readonly string[];
  /**
   * Makes the backend. Called once, at first use, with the options given to `setDevice`: only ones listed in `options`, whose values
   * it checks. May be asynchronous; then `setDevice` must come before use.
   */
  create(options: DeviceOptions): Backend | Promise<Backend>;
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
/** What each backend was made with. */
const chosenOptions = new Map<string, DeviceOptions>();
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
  options: ["threads", "build", "residentBytes"] satisfies (keyof WasmBackendOptions)[],
  create: (options) => createWasmBackend(options),
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
  const backend = definitionNamed(name).create({});
  if (backend instanceof Promise) {
    backend.catch(() => {});
    throw new DeviceError(`Device "${name}" starts asynchronously: await setDevice("${name}") first.`);
  }
  backends.set(name, named(name, backend));
  return backend;
}

/** The backend new tensors are made on. Internal. */
export function activeBackend(): Backend {
  return backends.get(current) ?? backendNamed(current);
}

/**
 * Makes a device ready and the one where new tensors are made; one that was lost is made anew, without its tensors. Options take effect when it is first made ready; `wasm` takes
 * `threads`, `build` and `residentBytes` ({@link WasmBackendOptions}).
 * @throws code `device`, with what to do, where this machine cannot run it, or it runs already with other options; code
 *   `option` for an option that the device does not have, or a value that it refuses.
 */
export async function setDevice(name: string, options: DeviceOptions = {}): Promise<void> {
  const definition = definitionNamed(name);
  refuseUnknownOptions(definition, options);
  if (backends.get(name)?.isLost?.() === true) backends.delete(name);
  if (backends.has(name)) {
    refuseOtherOptions(name, options);
  } else {
    const reason = (await definition.unavailable?.()) ?? null;
    if (reason !== null) throw new DeviceError(`Device "${name}" cannot run here: ${reason}`);
    backends.set(name, named(name, await definition.create(options)));
    chosenOptions.set(name, options);
  }
  current = name;
}

/** Tensors find their device by its backend's name. */
function named(name: string, backend: Backend): Backend {
  if (backend.name === name) return backend;
  backend.dispose();
  throw new DeviceError(
    `Device "${name}": its backend calls itself "${backend.name}". Both names must be the same.`,
  );
}

function refuseUnknownOptions(
  { name, options: known = [] }: BackendDefinition,
  options: DeviceOptions,
): void {
  for (const option of Object.keys(options)) {
    if (known.includes(option)) continue;
    throw new GradbridgeError(
      "option",
      `setDevice: device "${name}" has no option "${option}". ${known.length === 0 ? "It has none." : `Options: ${known.join(", ")}.`}`,
    );
  }
}

/** A backend holds tensors: it cannot be exchanged for another one. */
function refuseOtherOptions(name: string, options: DeviceOptions): void {
  const chosen = chosenOptions.get(name) ?? {};
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined || Object.is(chosen[option], value)) continue;
    throw new DeviceError(
      `setDevice: device "${name}" runs already, with ${option} ${String(chosen[option] ?? "left to its default")}, not ${String(value)}. ` +
        "Call setDevice with its options before anything makes a tensor.",
    );
  }
}

/**
 * Runs `fn` with another device as the one where new tensors are made.
 * @throws code `device` for a device that is unknown or was not started by `setDevice` and starts asynchronously.
 */
export function onDevice<R>(name: string, fn: () => R): R {
  backendNamed(name);
  const before = current;
  current = name;
  try {
    return fn();
  } finally {
    current = before;
  }
}

/** Whether tensors of the current device can be read at once (`dataSync`, `item`, `toArray`), not only awaited (`data`). */
export function readsAtOnce(): boolean {
  return activeBackend().readSync !== undefined;
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
