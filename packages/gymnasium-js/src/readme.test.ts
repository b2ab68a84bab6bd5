import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { registry } from "./registration/registry.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const programs = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, source]) => source!);

it.each(programs.map((source, i) => [i, source] as const))(
  "the README's program %i runs",
  async (_, source) => {
    // Beside the sources, so that the compiler of the tests finds and compiles it.
    const folder = mkdtempSync(join(import.meta.dirname, "readme-"));
    try {
      const file = join(folder, "program.ts");
      writeFileSync(file, source.replaceAll('"gymnasium-js"', '"../index.ts"'));
      const program = (await import(pathToFileURL(file).href)) as { next?: Float32Array; reward?: number };
      if (source.includes("RiverEnv")) {
        expect(program.next).toHaveLength(2);
        expect(program.reward).toBeGreaterThan(0.5);
      }
    } finally {
      rmSync(folder, { recursive: true });
      registry.delete("acme/River-v0");
    }
  },
);

it("the README lists every environment", () => {
  for (const id of registry.keys()) if (id !== "CartPole-v0") expect(readme).toContain(`\`${id}\``);
  expect(programs).toHaveLength(4);
});
