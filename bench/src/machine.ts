import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus, loadavg } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where, when and with what figures were measured. */
export interface Circumstances {
  readonly cpu: string;
  readonly cores: number;
  readonly platform: string;
  readonly node: string;
  /** Version of the newest Node, on which a part was measured; null where there was none. */
  readonly newestNode: string | null;
  /** Packages of other systems, by name. */
  readonly versions: { readonly [name: string]: string };
  /** Short hash; with a plus where tracked files differ from it. */
  readonly commit: string;
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly command: string;
  /** Load averages of the last minute when the run began and when it ended: 0 … 1 is a quiet machine. */
  readonly loadBefore: number;
  readonly loadAfter: number;
}

const folder = fileURLToPath(new URL("..", import.meta.url));

/** Load average of the last minute; 0 on Windows, which has none. */
export function load(): number {
  return Math.round(loadavg()[0]! * 100) / 100;
}

/** What can be told at the end of a run. */
export function circumstances(
  known: Pick<Circumstances, "date" | "command" | "loadBefore" | "newestNode"> & {
    readonly peerVersions: { readonly [name: string]: string };
  },
): Circumstances {
  const { peerVersions, ...rest } = known;
  return {
    ...rest,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    versions: { ...javascriptVersions(), ...peerVersions },
    commit: commit(),
    loadAfter: load(),
  };
}

function javascriptVersions(): Record<string, string> {
  const require = createRequire(import.meta.url);
  const names = ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-wasm", "@jax-js/jax"];
  return Object.fromEntries(names.map((name) => [name, versionOf(dirname(require.resolve(name)), name)]));
}

/** Reads the package.json above an entry point: not every package exports its own. */
function versionOf(start: string, name: string): string {
  for (let at = start; ; at = dirname(at)) {
    try {
      const manifest = JSON.parse(readFileSync(join(at, "package.json"), "utf8"));
      if (manifest.name === name) return manifest.version;
    } catch {
      if (at === dirname(at)) return "unknown";
    }
  }
}

function commit(): string {
  const git = (...given: string[]): string =>
    execFileSync("git", given, { cwd: folder, encoding: "utf8" }).trim();
  try {
    const changed = git("status", "--porcelain", "--untracked-files=no", "--", "../packages", ".") !== "";
    return git("rev-parse", "--short", "HEAD") + (changed ? "+" : "");
  } catch {
    return "not a git checkout";
  }
}
