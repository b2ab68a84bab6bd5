import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const programs = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, source]) => source!);

/** Runs a program of the README with one more line, and gives what that exports. */
async function run(program: string, line: string): Promise<Record<string, unknown>> {
  // Beside the sources, so that the compiler of the tests finds and compiles it.
  const folder = mkdtempSync(join(import.meta.dirname, "readme-"));
  try {
    const file = join(folder, "program.ts");
    writeFileSync(file, `${program.replaceAll('"@gradbridge/policy"', '"../index.ts"')}\n${line}`);
    return await import(pathToFileURL(file).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it("the README's policy acts, and its score points to what it did", async () => {
  const { rows } = await run(
    programs[0]!,
    "export const rows = { action: action.toArray(), score: score.logits.toArray(), logProb: logProb.toArray() };",
  );
  const { action, score, logProb } = rows as { action: number[]; score: number[][]; logProb: number[] };
  expect(action).toHaveLength(8);
  action.forEach((chosen, row) => {
    // e_a − p, and p_a = π(a)
    expect(score[row]![chosen]).toBeCloseTo(1 - Math.exp(logProb[row]!), 6);
  });
});

it("the README's explorer keeps its noise for four steps", async () => {
  const { step } = await run(programs[1]!, "export { step };");
  expect(step).toHaveProperty("noise");
  expect(programs).toHaveLength(2);
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
