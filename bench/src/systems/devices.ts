import { createWasmBackend, defineBackend } from "@gradbridge/core";

/** Our default device: WebAssembly on one thread. */
export const oneThread = "wasm";

/** The same on two threads, beside it: one process can hold both, so that they are measured interleaved. */
export const twoThreads = "wasm on 2 threads";

defineBackend({
  name: twoThreads,
  description: "the device wasm with { threads: 2 }",
  create: () => createWasmBackend({ name: twoThreads, threads: 2 }),
});
