import { createWasmBackend, defineBackend, type WasmBuild } from "@gradbridge/core";

/** Our default device: WebAssembly on one thread. */
export const oneThread = "wasm";

/** The same on two threads, beside it: one process can hold both, so that they are measured interleaved. */
export const twoThreads = "wasm on 2 threads";

/** Core's build for engines with 256-bit operations. */
export const wideBuild: WasmBuild = "wide";

defineBackend({
  name: twoThreads,
  description: "the device wasm with { threads: 2 }",
  create: () => createWasmBackend({ name: twoThreads, threads: 2 }),
});

for (const threads of [1, 2] as const) {
  const name = deviceOf(threads, true);
  defineBackend({
    name,
    description: `the device wasm with { threads: ${threads}, build: "${wideBuild}" }`,
    create: () => createWasmBackend({ name, threads, build: wideBuild }),
  });
}

/** The device of so many threads, with the default build or with the one for engines with 256-bit operations. */
export function deviceOf(threads: 1 | 2, wide: boolean): string {
  if (wide) return `wasm, wide, on ${threads}`;
  return threads === 1 ? oneThread : twoThreads;
}
