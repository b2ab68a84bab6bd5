// Written by `pnpm build` (scripts/build-peak.mjs). If this import fails, build the package first.
import { peakBase64 } from "./peak.generated.ts";
import type { StartSubject } from "./subject.ts";

interface Peak {
  multiplyAdd(passes: number): number;
  readonly operationsPerPass: WebAssembly.Global;
}

const passes = 100_000;
const instance = new WebAssembly.Instance(
  new WebAssembly.Module(Buffer.from(peakBase64, "base64") as Uint8Array<ArrayBuffer>),
  { env: { abort: () => {} } },
);
const peak = instance.exports as unknown as Peak;

/** Float32 operations in one iteration of {@link multiplyAdd}. */
export const peakOperations: number = passes * Number(peak.operationsPerPass.value);

/** Independent multiplications and additions on 128-bit vectors in WebAssembly, on one thread: the most there is. */
export const multiplyAdd: StartSubject = () => ({
  sample(iterations) {
    let result = 0;
    const began = performance.now();
    for (let i = 0; i < iterations; i++) result += peak.multiplyAdd(passes);
    const seconds = (performance.now() - began) / 1000;
    if (!Number.isFinite(result)) throw new Error(`The result is ${result}.`);
    return seconds;
  },
});
