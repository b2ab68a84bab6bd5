import { expect, it } from "vitest";
import { measureRow, smokeEffort } from "./measure.ts";
import { hasWidePass, installedNode, newestEngine, onNewestNode } from "./newest-node.ts";
import { type Row, wholeSeconds } from "./row.ts";
import { seededStep } from "./systems/gradbridge.ts";

it("knows the engines with 256-bit operations", () => {
  expect(hasWidePass("13.6.233.10-node.28", "x64")).toBe(true);
  expect(hasWidePass("14.6.202.34-node.34", "x64")).toBe(true);
  expect(hasWidePass("13.0.1", "x64")).toBe(false);
  expect(hasWidePass("11.3.244.8-node.38", "x64")).toBe(false);
  expect(hasWidePass("14.6.202.34-node.34", "arm64")).toBe(false);
});

it("takes the running Node where that has them, else the installed one, and says why there is neither", () => {
  const found = { arch: "x64", runningIsNewest: false, installed: false };
  expect(newestEngine("full", { ...found, runningIsNewest: true, installed: true })).toEqual({
    executable: process.execPath,
    wide: true,
  });
  expect(newestEngine("full", { ...found, installed: true })).toEqual({
    executable: installedNode,
    wide: true,
  });
  expect(newestEngine("smoke", found)).toEqual({ executable: process.execPath, wide: false });
  expect(() => newestEngine("full", found)).toThrow("could not be installed here");
  expect(() => newestEngine("full", { ...found, arch: "arm64", installed: true })).toThrow("not arm64");
});

const engine = newestEngine("smoke");

it("computes the same in a process of the newest Node, on 256-bit vectors", async ({ skip }) => {
  if (!engine.wide) skip("the newest Node is not installed: pnpm bench --only peak does it");
  const [sizes, batch] = [[4, 64, 64, 2], 64] as const;
  const row: Row = {
    id: "row",
    title: "a row",
    unit: wholeSeconds,
    tolerance: 1e-5,
    systems: {
      here: seededStep("compiled", sizes, batch),
      there: onNewestNode("seededStep", { sizes, batch, threads: 2 }),
    },
  };
  const measured = await measureRow(row, smokeEffort); // throws where the answers differ
  expect(measured).toMatchObject([{ system: "here" }, { spread: { median: expect.any(Number) } }]);
});

it("tells the reason where a process cannot do its work", async () => {
  const start = onNewestNode("training", { run: "nonsense" as "tuned", threads: 1 });
  await expect(start("smoke")).rejects.toThrow(/^training on Node \d+ wide ended: .*undefined/);
});
