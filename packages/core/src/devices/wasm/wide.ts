/**
 * 256-bit vectors from 128-bit WebAssembly: V8 has a pass that joins two operations on neighbouring vectors to one of AVX2. It is
 * experimental and off unless asked for, so the `wide` build, whose loops are shaped for it, asks.
 */

/** Node's `process`, as far as this looks at it. */
interface NodeProcess {
  readonly arch: string;
  readonly execArgv: readonly string[];
  readonly versions: { readonly v8?: string };
  getBuiltinModule?(name: "node:v8"): { setFlagsFromString(flag: string): void };
}

const flag = "--experimental-wasm-revectorize";

const thisProcess: NodeProcess | undefined = (globalThis as { process?: NodeProcess }).process;

/** Whether a Node joins vectors when asked: V8 from 13.6 (Node 24) on x86-64. Of browsers nobody can tell: true. */
export function canJoin(node: Pick<NodeProcess, "arch" | "versions"> | undefined = thisProcess): boolean {
  if (node?.versions?.v8 === undefined) return true;
  const [major = 0, minor = 0] = node.versions.v8.split(".").map(Number);
  return node.arch === "x64" && (major > 13 || (major === 13 && minor >= 6));
}

/** Whether Node was started with the flag, which is to ask for the `wide` build. */
export function startedJoining(node: Pick<NodeProcess, "execArgv"> | undefined = thisProcess): boolean {
  return node?.execArgv?.includes(flag) === true;
}

/** Code compiled from now on is joined where that pays: for the whole process, and in Node alone. */
export function startJoining(): void {
  if (canJoin()) thisProcess?.getBuiltinModule?.("node:v8").setFlagsFromString(flag);
}
