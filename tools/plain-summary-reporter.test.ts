import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";

const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const reporter = fileURLToPath(new URL("plain-summary-reporter.ts", import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plain-summary-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs Vitest on the given test files; its exit status and the last line of what it printed. */
function run(files: Readonly<Record<string, string>>): Promise<{ status: number; last: string }> {
  for (const [name, source] of Object.entries(files)) writeFileSync(join(folder, name), source);
  return new Promise((resolve) => {
    const options = ["--root", folder, "--globals", "--reporter=default", `--reporter=${reporter}`];
    const child = execFile(process.execPath, [vitest, "run", ...options], (_error, stdout) => {
      resolve({ status: child.exitCode ?? -1, last: stdout.trimEnd().split("\n").at(-1) ?? "" });
    });
  });
}

it("counts what passed and what was skipped", async () => {
  const file = `test("a", () => {}); test("b", () => {}); test.skip("c", () => {}); test.todo("d");`;
  expect(await run({ "good.test.js": file })).toEqual({
    status: 0,
    last: "2 passed, 0 failed, 2 skipped",
  });
});

it("counts failed tests, files that do not load, hooks that throw and stray rejections", async () => {
  expect(
    await run({
      "good.test.js": `test("a", () => {});`,
      "failing.test.js": `test("a", () => {}); test("b", () => { throw new Error("b"); });`,
      "unloadable.test.js": `import "./nowhere.js"; test("a", () => {});`,
      "unparsable.test.js": `test("a", () => {`,
      "hook.test.js": `describe("d", () => { beforeAll(() => { throw new Error("hook"); }); test("a", () => {}); });`,
      "stray.test.js": `test("a", async () => { Promise.reject(new Error("stray")); await new Promise((r) => setTimeout(r, 50)); });`,
    }),
  ).toEqual({ status: 1, last: "3 passed, 5 failed, 1 skipped" });
});

it("does not call a run without tests a success", async () => {
  expect(await run({})).toEqual({ status: 1, last: "0 passed, 0 failed, 0 skipped" });
});
