import { wasmBuilds } from "@gradbridge/core";
import { type Finding, note, ok, problem } from "./finding.ts";

/** Whether this Node.js is one that the packages are made for. @param version as `process.versions.node` */
export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 20 || (major === 20 && minor >= 19)
    ? ok("Node.js", version)
    : problem("Node.js", version, "Install Node.js 20.19 or newer.");
}

const header = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
/** A module of one function, from nothing to nothing. @param body its instructions */
function functionModule(...body: readonly number[]): Uint8Array<ArrayBuffer> {
  const code = [0, ...body, 0x0b];
  const types = [1, 4, 1, 0x60, 0, 0];
  const functions = [3, 2, 1, 0];
  return Uint8Array.of(...header, ...types, ...functions, 10, code.length + 2, 1, code.length, ...code);
}

/** The smallest modules that need a feature: an engine that has it finds them valid. */
const modules = {
  /** i32.const 0, i8x16.splat, drop */
  simd: functionModule(0x41, 0, 0xfd, 0x0f, 0x1a),
  /** twice i32.const 0, i8x16.splat; i8x16.relaxed_swizzle, drop */
  relaxedSimd: functionModule(0x41, 0, 0xfd, 0x0f, 0x41, 0, 0xfd, 0x0f, 0xfd, 0x80, 0x02, 0x1a),
  /** a shared memory of one page */
  threads: Uint8Array.of(...header, 5, 4, 1, 3, 1, 1),
};

type Validate = (module: Uint8Array<ArrayBuffer>) => boolean;

/** The engine's own; the types of Node.js do not have it. */
function engineValidates(module: Uint8Array<ArrayBuffer>): boolean {
  const { WebAssembly } = globalThis as unknown as { WebAssembly?: { validate: Validate } };
  return WebAssembly?.validate(module) === true;
}

/** What the engine's WebAssembly can do. @param validate as `WebAssembly.validate` */
export function webAssemblyFindings(validate: Validate = engineValidates): Finding[] {
  return [
    validate(modules.simd)
      ? ok("WebAssembly SIMD", "yes")
      : problem("WebAssembly SIMD", "no", "The default device needs it: install Node.js 20.19 or newer."),
    validate(modules.relaxedSimd)
      ? ok("WebAssembly relaxed SIMD", "yes")
      : note(
          "WebAssembly relaxed SIMD",
          "no",
          "Kernels run without fused multiply-add, somewhat slower. Node.js 22 and newer have it.",
        ),
    wasmBuilds().includes("wide")
      ? ok("WebAssembly in 256 bits", "yes, with --build wide")
      : note(
          "WebAssembly in 256 bits",
          "no",
          "Node.js 24 and newer on x86-64 can: with --build wide they learn about 1.5 times as fast.",
        ),
    validate(modules.threads) && typeof SharedArrayBuffer === "function"
      ? ok("WebAssembly threads", "yes")
      : note("WebAssembly threads", "no", "Kernels run on one thread."),
  ];
}
