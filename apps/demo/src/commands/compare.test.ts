import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runHere, tiny } from "../fixtures/captured-terminal.ts";

describe("compare", () => {
  let out: string;
  beforeEach(async () => {
    out = join(await mkdtemp(join(tmpdir(), "gradbridge-compare-")), "results");
  });
  afterEach(() => rm(join(out, ".."), { recursive: true, force: true }));

  const short = [...tiny, "--eval-episodes", "2"];

  it("prints a row for each mode and draws the curves", async () => {
    const { status, stdout, stderr } = await runHere(["compare", "--seeds", "2", ...short, "--out", out]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^mode +return +ms per update +cosine with seed \(lowest\) +norm ÷ seed's$/m);
    expect(stdout).toMatch(/^seed +\d+\.\d ± \d+\.\d +\d+\.\d\d +1\.0000 \(1\.0000\) +1\.0000$/m);
    expect(stdout).toMatch(/^surrogate, behavior +/m);
    expect(stderr.match(/^seed [12], inner: return/gm)).toHaveLength(2);
    const svg = await readFile(join(out, "comparison.svg"), "utf8");
    for (const text of [
      "return, last 100 episodes",
      "cosine with the gradient of seed",
      "surrogate, behavior",
    ]) {
      expect(svg).toContain(text);
    }
  });

  it("gives the same as one JSON object, and keeps every update in comparison.json", async () => {
    const { status, stdout } = await runHere(["compare", "--json", "--seeds", "1", ...short, "--out", out]);
    expect(status).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.modes.map(({ mode }: { mode: string }) => mode)).toEqual([
      "seed",
      "surrogate",
      "surrogate, behavior",
      "inner",
    ]);
    const [seed, , , inner] = report.modes;
    expect(seed).toMatchObject({ apply: "seed", seeds: [1], cosine: expect.closeTo(1, 9), normRatio: 1 });
    expect(inner.evaluation).toEqual(seed.evaluation);
    const saved = JSON.parse(await readFile(join(out, "comparison.json"), "utf8"));
    expect(saved.modes).toEqual(report.modes);
    expect(saved.runs).toHaveLength(4);
    for (const run of saved.runs)
      expect(run.updates.map(({ steps }: { steps: number }) => steps)).toEqual([256, 512]);
  });

  it.each([
    [["--seeds", "0"], "--seeds 0"],
    [["--env", "CartPol-v1"], "CartPole"],
    [["--apply", "seed"], "--apply"],
    [["--gamma", "2"], "--gamma"],
  ])("refuses %j before anything runs", async (wrong, named) => {
    const { status, stderr, stdout } = await runHere(["compare", ...wrong, "--out", out]);
    expect(status).toBe(2);
    expect(stderr).toContain(named);
    expect(stdout).toBe("");
    await expect(stat(out)).rejects.toThrow();
  });

  it("ends with what it has when it is interrupted", async () => {
    expect((await runHere(["compare", ...short, "--out", out], { interrupted: true })).status).toBe(130);
  });
});
