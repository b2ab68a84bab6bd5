/** From code to running kernels: which build, in which memory, and what lies where in it before the first buffer. */
import { DeviceError } from "../../errors.ts";
// Written by `pnpm build` (scripts/build-wasm.mjs). If this import fails, build the package first.
import { baseline, relaxed, wide } from "./kernels.generated.ts";
import type { Address, WasmKernels } from "./kernels.ts";
import { canJoin, startedJoining, startJoining } from "./wide.ts";

/**
 * Which code runs: `relaxed` has fused multiply-add where the processor has it, so its last bits differ from machine to
 * machine; `baseline` gives the same bits everywhere; `wide` gives the bits of `relaxed`, faster, in engines that make 256-bit
 * vectors of it (`wide.ts`).
 */
export type WasmBuild = "baseline" | "relaxed" | "wide";

/** Everything that `assembly/index.ts` exports: the kernels, and how to set up and run threads. */
export interface WasmExports extends WasmKernels {
  constantsEnd(): Address;
  scratchBytes(): number;
  useScratch(address: Address): void;
  layoutAddress(): Address;
  /** Runs the chain that is described there (`assembly/chain.ts`). */
  chain(program: Address): void;
  controlBytes(): number;
  useThread(control: Address, thread: number, threads: number): void;
  awaited(): number;
  /** Not 0 where another thread took part. */
  runShared(program: Address): number;
  runSerial(program: Address): void;
  /** How many programs were run by several threads. */
  programsShared(): number;
  work(): void;
  stopThreads(): void;
}

/** The kernels ready to run, on a memory of their own. */
export interface WasmInstance {
  readonly exports: WasmExports;
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly build: WasmBuild;
  /** How many threads the memory has room for; 1 where it is not shared. */
  readonly threads: number;
  /** Counts how often sleeping threads were woken. Memory of its own: waiting on memory that has grown is not reliable. */
  readonly bell: Int32Array;
  readonly control: Address;
  /** Of thread 0; the others' follow. */
  readonly scratch: Address;
  /** The first byte for buffers. */
  readonly base: Address;
}

const initialPages = 16;
/** 4 GiB; where an engine reserves no such range for shared memory, a quarter of it. */
const largestMaximum = 65536;
const smallestMaximum = 16384;

/**
 * The build asked for; else `wide` where Node was started with the flag for it, else `relaxed` where the engine has that.
 * @throws DeviceError where this engine does not run what is asked for.
 */
export function chooseBuild(wanted: WasmBuild | undefined): WasmBuild {
  const builds = wasmBuilds();
  if (wanted === undefined) {
    if (builds.includes("wide") && startedJoining()) return "wide";
    return builds.includes("relaxed") ? "relaxed" : "baseline";
  }
  if (builds.includes(wanted)) return wanted;
  throw new DeviceError(
    wanted === "wide"
      ? "wasm: this JavaScript engine makes no 256-bit vectors. Use Node 24 or newer on x86-64, or another build."
      : 'wasm: this JavaScript engine has no relaxed SIMD. Use Node 22 or a browser from 2024 on, or build: "baseline".',
  );
}

/** The builds that this engine runs, the fastest last; in a browser, whether it makes 256-bit vectors is not known. */
export function wasmBuilds(): readonly WasmBuild[] {
  if (!hasRelaxedSimd()) return ["baseline"];
  return canJoin() ? ["baseline", "relaxed", "wide"] : ["baseline", "relaxed"];
}

/** (v128, v128, v128) → relaxed_madd, the smallest module that only an engine with relaxed SIMD accepts. */
export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(
    new Uint8Array([
      0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0,
      32, 1, 32, 2, 253, 133, 2, 11,
    ]),
  );
}

const binaries = { baseline, relaxed, wide };
const compiled = new Map<string, WebAssembly.Module>();

/** Compiled once per process. */
function moduleOf(build: WasmBuild, shared: boolean): WebAssembly.Module {
  const key = `${build} ${shared}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  if (build === "wide") startJoining();
  const { base64, memoryFlags } = binaries[build];
  const bytes = bytesOf(base64);
  if (!shared) bytes[memoryFlags] = 1;
  try {
    const module = new WebAssembly.Module(bytes);
    compiled.set(key, module);
    return module;
  } catch (cause) {
    throw new DeviceError(
      "wasm: this JavaScript engine cannot compile WebAssembly SIMD. Use Node 20 or a browser from 2023 on, or the device reference.",
      { cause },
    );
  }
}

/** By hand: `Uint8Array.from` takes four times as long, milliseconds of every program's start. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const characters = atob(base64);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

/** Memory for `threads` threads; where the engine shares none, for one. */
function memoryFor(threads: number): { memory: WebAssembly.Memory; shared: boolean } {
  if (threads > 1 && typeof SharedArrayBuffer === "function") {
    for (const maximum of [largestMaximum, smallestMaximum]) {
      try {
        return {
          memory: new WebAssembly.Memory({ initial: initialPages, maximum, shared: true }),
          shared: true,
        };
      } catch {}
    }
  }
  return {
    memory: new WebAssembly.Memory({ initial: initialPages, maximum: largestMaximum }),
    shared: false,
  };
}

/**
 * The kernels in a fresh memory: constants, the control block of the threads, their scratch, then room for buffers.
 * @param options how many threads there may be, at most; which build, one that this engine runs (`chooseBuild`)
 * @throws DeviceError where the engine has no WebAssembly SIMD.
 */
export function instantiateKernels(
  options: { readonly threads?: number; readonly build?: WasmBuild } = {},
): WasmInstance {
  const build = options.build ?? chooseBuild(undefined);
  const { memory, shared } = memoryFor(options.threads ?? 1);
  const threads = shared ? (options.threads ?? 1) : 1;
  const module = moduleOf(build, shared);
  const bell = new Int32Array(shared ? new SharedArrayBuffer(4) : new ArrayBuffer(4));
  const exports = firstInstance(module, memory, bell);
  const control = exports.constantsEnd();
  const scratch = control + exports.controlBytes();
  const base = scratch + threads * scratchStride(exports);
  const missing = base - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65536));
  exports.useScratch(scratch);
  exports.useThread(control, 0, threads);
  return { exports, memory, module, build, threads, bell, control, scratch, base };
}

/** The instance of thread 0: it rings the bell, and naps where it may. */
function firstInstance(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  bell: Int32Array,
): WasmExports {
  const pillow = mayWait() ? new Int32Array(new SharedArrayBuffer(4)) : null;
  const env = {
    memory,
    nap: () => {
      if (pillow !== null) Atomics.wait(pillow, 0, 0, 0.05);
    },
    doze: () => {},
    ring: () => {
      Atomics.add(bell, 0, 1);
      Atomics.notify(bell, 0);
    },
  };
  return new WebAssembly.Instance(module, { env }).exports as unknown as WasmExports;
}

/** Bytes from one thread's scratch to the next: whole cache lines. */
export function scratchStride(exports: WasmExports): number {
  return Math.ceil(exports.scratchBytes() / 128) * 128;
}

/** A browser's main thread must not wait; Node's may, and so may workers. */
function mayWait(): boolean {
  return (
    typeof SharedArrayBuffer === "function" &&
    typeof (globalThis as { document?: unknown }).document === "undefined"
  );
}
