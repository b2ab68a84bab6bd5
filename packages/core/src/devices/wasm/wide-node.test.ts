/**
 * The wide build where V8 joins its vectors: on a Node that does, this one or the one that `pnpm setup:node` installs. The pass is
 * experimental, and what it sees depends on when V8 compiles a function and what it inlines: so kernels are compiled at different times.
 */
import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { canJoin } from "./wide.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const packages = here("../../../../../.node/node_modules/");
const installed = existsSync(packages)
  ? readdirSync(packages).map((name) => `${packages}${name}/bin/node`)
  : [];
const node = canJoin() ? process.execPath : installed.find(existsSync);
const built = existsSync(here("../../../dist/index.js"));
const reason =
  node === undefined ? "no Node 24: run pnpm setup:node" : built ? null : "no build: run pnpm build";

const compilations = [
  ["when they have run for a while", []],
  ["at once", ["--wasm-tiering-budget=1"]],
  ["soon", ["--wasm-tiering-budget=20000"]],
  ["soon, nothing inlined", ["--no-wasm-inlining", "--wasm-tiering-budget=1000"]],
  ["before they run", ["--no-liftoff", "--no-wasm-tier-up"]],
] as const;

const name = `the wide build, vectors joined${reason === null ? "" : ` (not run: ${reason})`}`;

describe.skipIf(reason !== null)(name, () => {
  test.each(compilations)("conforms, kernels compiled %s", async (_when, flags) => {
    const program = here("./fixtures/check-wide.mjs");
    const { stdout } = await promisify(execFile)(node!, [...flags, program]);
    const report = JSON.parse(stdout);
    expect(report.failed).toEqual([]);
    expect(report.passed).toBeGreaterThan(3000);
  });
});
