import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { installedNode, newestFolder, newestPackage, pinnedVersion, runningIsNewest } from "./newest-node.ts";

/** What became of the newest Node. */
export interface NewestNodeEnvironment {
  /** Its version; null where it could not be had. */
  readonly version: string | null;
  /** Why it could not be had. */
  readonly problem: string | null;
}

/**
 * Installs the newest Node into `.node` where the running one does not have what is measured on it, from npm, once. A folder of its
 * own with a package.json, and no entry in the bench's: 100 MB that only measurements need.
 * @param install whether to install what is not there
 */
export function prepareNewestNode(install: boolean): NewestNodeEnvironment {
  if (runningIsNewest) return { version: process.versions.node, problem: null };
  if (process.arch !== "x64")
    return { version: null, problem: `V8 has 256-bit operations for x64, not ${process.arch}.` };
  if (installedVersion() !== pinnedVersion && install) {
    process.stderr.write(`newest Node: installing ${newestPackage}@${pinnedVersion} into .node …\n`);
    const complaint = installNode();
    if (complaint !== null) {
      const problem = `${newestPackage}@${pinnedVersion} could not be installed. ${complaint}`;
      return { version: installedVersion(), problem };
    }
  }
  const version = installedVersion();
  const problem = `${newestPackage}@${pinnedVersion} is not installed; Node ${process.versions.node} stands in.`;
  return { version, problem: version === null ? problem : null };
}

/** What the installed executable says it is; null where there is none or it does not run here. */
function installedVersion(): string | null {
  const { status, stdout } = spawnSync(installedNode, ["--version"], { encoding: "utf8" });
  return status === 0 ? stdout.trim().replace("v", "") : null;
}

/** Returns what went wrong, or null. */
function installNode(): string | null {
  mkdirSync(newestFolder, { recursive: true });
  // without one, npm installs into the nearest folder above that has a package.json
  writeFileSync(`${newestFolder}package.json`, '{ "private": true }\n');
  const npm = spawnSync(
    "npm",
    [
      ...["install", "--prefix", newestFolder, "--no-save", "--no-package-lock", "--ignore-scripts"],
      ...["--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1", "--fetch-timeout=60000"],
      `${newestPackage}@${pinnedVersion}`,
    ],
    { cwd: newestFolder, encoding: "utf8", shell: process.platform === "win32" },
  );
  if (npm.status !== 0) return npm.error?.message ?? npm.stderr.trim().split("\n")[0] ?? "";
  return installedVersion() === pinnedVersion ? null : "What npm installed does not run here.";
}
