import { setFlagsFromString } from "node:v8";
// Written by `pnpm build` (scripts/build-peak.mjs). If this import fails, build the package first.
import { peakBase64 } from "./peak.generated.ts";
import { inProcess, type StartSubject, type Subject } from "./subject.ts";

interface Peak {
  multiplyAdd(passes: number, factor: number, addend: number): number;
  multiplyAddWide(passes: number, factor: number, addend: number, numbers: number): number;
  wideNumbersAddress(): number;
  readonly operationsPerPass: WebAssembly.Global;
  readonly operationsPerWidePass: WebAssembly.Global;
}

const passes = 100_000;
/** x·factor + addend leads every x towards 1. */
const factor = 0.999;
const addend = 0.001;

function compilePeak(): Peak {
  const module = new WebAssembly.Module(Buffer.from(peakBase64, "base64") as Uint8Array<ArrayBuffer>);
  return new WebAssembly.Instance(module, { env: { abort: () => {} } }).exports as unknown as Peak;
}

const peak = compilePeak();

/** Float32 operations in one iteration of {@link multiplyAdd}, and in one of {@link multiplyAddWide}. */
export const peakOperations: number = passes * Number(peak.operationsPerPass.value);

/** Independent multiplications and additions on 128-bit vectors in WebAssembly, on one thread: the most there is. */
export const multiplyAdd: StartSubject = () => measured(() => peak.multiplyAdd(passes, factor, addend));

/**
 * As many of them on pairs of vectors, which V8's pass makes one operation of 256 bits.
 * @param revectorize whether to switch the pass on, for all that this process compiles from then on
 */
export function multiplyAddWide(revectorize: boolean): StartSubject {
  return () => {
    if (revectorize) setFlagsFromString("--experimental-wasm-revectorize");
    const wide = compilePeak();
    const widePasses = peakOperations / Number(wide.operationsPerWidePass.value);
    const numbers = wide.wideNumbersAddress();
    return measured(() => wide.multiplyAddWide(widePasses, factor, addend, numbers));
  };
}

function measured(work: () => number): Subject {
  let result = 0;
  return inProcess({
    iterate: () => {
      result += work();
    },
    finish: () => result,
  });
}
