import { scratchStride, type WasmInstance } from "./instance.ts";
import type { Address } from "./kernels.ts";

/** What a worker needs to join (`worker.ts`). */
export interface WorkerSetup {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly bell: Int32Array;
  readonly control: Address;
  readonly scratch: Address;
  readonly thread: number;
  readonly threads: number;
}

/**
 * The other threads of one device: worker threads in Node, workers in browsers. They start with the first program that is worth
 * it and join once they are up; until then, and where they cannot start, programs run on one thread. None keeps a process alive.
 */
export class ThreadPool {
  readonly #instance: WasmInstance;
  #terminate: (() => void)[] | null = null;

  constructor(instance: WasmInstance) {
    this.#instance = instance;
  }

  /** The first call starts them; they come up later. */
  start(): void {
    if (this.#terminate !== null) return;
    this.#terminate = [];
    const { module, memory, bell, control, threads, exports } = this.#instance;
    for (let thread = 1; thread < threads; thread++) {
      const scratch = this.#instance.scratch + thread * scratchStride(exports);
      try {
        this.#terminate.push(startWorker({ module, memory, bell, control, scratch, thread, threads }));
      } catch {
        return; // no workers here, or not this one: programs go on with one thread
      }
    }
  }

  /** They end, and with them their hold on the memory. */
  stop(): void {
    if (this.#terminate === null) return;
    this.#instance.exports.stopThreads();
    for (const terminate of this.#terminate) terminate();
    this.#terminate = [];
  }
}

/** Returns how to end it. */
function startWorker(setup: WorkerSetup): () => void {
  const node = globalThis.process?.getBuiltinModule?.("node:worker_threads");
  if (node === undefined) {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.addEventListener("error", (event) => event.preventDefault());
    worker.postMessage(setup);
    return () => worker.terminate();
  }
  const worker = new node.Worker(workerUrl(), { workerData: setup, execArgv: [] });
  worker.on("error", () => {}); // it never joins
  worker.unref();
  return () => void worker.terminate();
}

/** Worker threads are plain Node: run from the sources, as tests are, it is the build that they load. */
function workerUrl(): URL {
  return import.meta.url.endsWith(".ts")
    ? new URL("../../../dist/devices/wasm/worker.js", import.meta.url)
    : new URL("./worker.js", import.meta.url);
}
