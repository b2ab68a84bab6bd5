/**
 * What each thread but the first runs: an instance of the kernels on the common memory, which takes part in programs until told
 * to stop (`assembly/threads.ts`). Plain JavaScript in Node and browsers; imports nothing, so that it starts at once.
 */
import type { WorkerSetup } from "./thread-pool.ts";

interface Exports {
  useScratch(address: number): void;
  useThread(control: number, thread: number, threads: number): void;
  awaited(): number;
  work(): void;
}

function begin({ module, memory, bell, control, scratch, thread, threads }: WorkerSetup): void {
  const pillow = new Int32Array(new SharedArrayBuffer(4));
  const env = {
    memory,
    nap: () => void Atomics.wait(pillow, 0, 0, 0.05),
    doze: () => {
      const rings = Atomics.load(bell, 0);
      if (exports.awaited() === 0) Atomics.wait(bell, 0, rings, 1000);
    },
    ring: () => {
      Atomics.add(bell, 0, 1);
      Atomics.notify(bell, 0);
    },
  };
  const exports = new WebAssembly.Instance(module, { env }).exports as unknown as Exports;
  exports.useScratch(scratch);
  exports.useThread(control, thread, threads);
  exports.work();
}

const node = globalThis.process?.getBuiltinModule?.("node:worker_threads");
if (node === undefined) {
  globalThis.onmessage = ({ data }: MessageEvent<WorkerSetup>) => begin(data);
} else {
  begin(node.workerData as WorkerSetup);
}
