/**
 * What each thread but the first runs: an instance of the kernels on the common memory, which takes part in programs until told
 * to stop (`assembly/threads.ts`). Plain JavaScript in Node and browsers; imports nothing, so that it starts at once.
 */
import type { WorkerSetup } from "./thread-pool.ts";

interface Exports {
  useScratch(address: number): void;
  useThread(control: number, thread: number, threads: number, canSleep: number): void;
  work(thread: number): void;
}

function begin({ module, memory, control, scratch, thread, threads }: WorkerSetup): void {
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
  exports.useScratch(scratch);
  exports.useThread(control, thread, threads, 1);
  exports.work(thread);
}

const node = globalThis.process?.getBuiltinModule?.("node:worker_threads");
if (node === undefined) {
  globalThis.onmessage = ({ data }: MessageEvent<WorkerSetup>) => begin(data);
} else {
  begin(node.workerData as WorkerSetup);
}
