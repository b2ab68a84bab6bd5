import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { setDevice } from "@gradbridge/core";
import { afterEach, describe, expect, it } from "vitest";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const programs = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, source]) => source!);
const [first, own, pieces, search, check, applied, external, seeds, saved] = programs;

/** What the README's programs use without showing where it comes from. */
const given = {
  pieces: `
    import { adam, tensor } from "@gradbridge/core";
    import { actorCritic, categoricalHead } from "@gradbridge/policy";
    import { applyDelta } from "@gradbridge/bridge";
    const policy = actorCritic({ observationSize: 4, head: categoricalHead(2) });
    const optimizer = adam(policy.parameters(), { learningRate: 1e-3 });
    const observations = tensor([[0, 1, 2, 3], [1, 0, 0, 1]]);
    const delta = tensor([[1, -1], [0, 0]]);
    export const before = policy.forward(observations).logits.toArray();`,
  search: `
    import { blackBox } from "@gradbridge/envs";
    import { spsa, train } from "@gradbridge/bridge";
    const sample = (random) => Float32Array.of(random.uniform(-1, 1));`,
  check: `
    import { categoricalHead } from "@gradbridge/policy";
    import { checkEstimator } from "@gradbridge/bridge";`,
  saved: `
    import { checkpoint, loadCheckpoint, makePolicy, restorePolicy, train } from "@gradbridge/bridge";
    import { generator } from "@gradbridge/random";
    import { make } from "gymnasium-js";
    const path = "runs/mine/checkpoint.safetensors";
    export const trained = await train({
      env: "Acrobot-v1", steps: 512, normalizeObservation: true, evalEpisodes: 0, callbacks: [checkpoint(path)],
    });
    const observation = make("Acrobot-v1").reset({ seed: 1 })[0];`,
  applied: `
    import { tensor } from "@gradbridge/core";
    import { applyDelta } from "@gradbridge/bridge";
    const w = tensor([[1, 2]], { requiresGrad: true });
    const outputs = { logits: w.mul(1) };
    const rolloutOutputs = { logits: tensor([[0, 0]]) };
    const deltas = { logits: tensor([[0.5, -0.5]]) };
    const weightDecay = w.square().sum();`,
  seeds: `import { checkpoint, tensorboardLogger, trainSeeds } from "@gradbridge/bridge";`,
};

/** Runs a program as it is, but for less than a thousand steps, and with its files in a folder of its own. */
async function run(program: string, before = "", after = ""): Promise<Record<string, never>> {
  // Beside the sources, so that the compiler of the tests finds and compiles it.
  const folder = mkdtempSync(join(import.meta.dirname, "readme-"));
  const source = `${before}\n${program}\n${after}`
    .replaceAll('"@gradbridge/bridge"', '"../index.ts"')
    .replaceAll(/(["`])runs\//g, `$1${folder}/`)
    .replaceAll(/steps: \d+_000/g, "steps: 512");
  try {
    writeFileSync(join(folder, "program.ts"), source);
    return await import(pathToFileURL(join(folder, "program.ts")).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("the README's program", () => {
  afterEach(() => setDevice("wasm"));

  it("that trains a policy runs", async () => {
    const { evaluation } = await run(first!, "", "export { evaluation };");
    expect(evaluation).toMatchObject({ episodes: 100 });
  });

  it("that defines an estimator trains it, and the check finds it right", async () => {
    const { report } = await run(`${own}\n${check}`, given.check, "export { report };");
    expect(report).toMatchObject({ estimator: "mine" });
    expect((report as unknown as { largestError: number }).largestError).toBeLessThan(1e-7);
  });

  it("that uses the pieces moves the outputs along δ", async () => {
    const { before, after } = await run(
      pieces!,
      given.pieces,
      "export const after = policy.forward(observations).logits.toArray();",
    );
    const [[was]] = before as unknown as [[number]];
    const [[is]] = after as unknown as [[number]];
    expect(is).toBeGreaterThan(was);
  });

  it("that searches a black box runs", async () => {
    await run(search!, given.search);
  });

  it("that applies δ with options reports the pull", async () => {
    const { share, warned } = await run(
      applied!,
      given.applied,
      "export const share = report.measure().outputs.logits.proximalShare.item(), warned = report.warnings();",
    );
    expect(share).toBeCloseTo(Math.sqrt(5) / (Math.sqrt(5) + Math.SQRT1_2), 5);
    expect(warned).toEqual([]);
  });

  it("that trains several seeds runs", async () => {
    const { runs } = await run(
      seeds!.replace("seeds: [1, 2, 3, 4, 5],", "seeds: [1, 2], steps: 512,"),
      given.seeds,
    );
    expect(runs).toBeUndefined();
  });

  it("that uses a saved policy gives the trained one's action", async () => {
    const { same } = await run(
      saved!,
      given.saved,
      `const act = (one) => one.act(observation, generator(0), { deterministic: true }).outputs.logits.toArray();
       export const same = [act(policy), act(trained.policy)];`,
    );
    const [restored, trained] = same as unknown as [unknown, unknown];
    expect(restored).toEqual(trained);
  });

  it("with a program of its own is the one of examples/external-estimator; there are no others", () => {
    expect(external).toContain("externalEstimator");
    expect(programs).toHaveLength(9);
  });
});

/** Every code that the sources throw, as they are written. */
function thrownCodes(): string[] {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" });
  const sources = files.filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  return sources.flatMap((file) => {
    const source = readFileSync(join(import.meta.dirname, file), "utf8");
    return [...source.matchAll(/(?:Gradbridge|Delta)Error\(\s*"([a-z-]+)"/g)].map(([, code]) => code!);
  });
}

it("the README's table of errors has every code", () => {
  const table = readme.slice(readme.indexOf("## Errors"));
  const codes = new Set(thrownCodes());
  expect(codes.size).toBeGreaterThan(8);
  for (const code of codes) expect(table).toContain(`\`${code}\``);
});
