import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { make } from "gymnasium-js";
import { expect, it } from "vitest";
import { checkEnvPlugin } from "./check-env-plugin.ts";
import { loadEnvPlugin } from "./load-env-plugin.ts";
import { pluginEnvironment, unregisterEnvPlugin } from "./register-env-plugin.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const [corridor, , , mirror] = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, source]) => source!);

it("the README's plugin loads, passes its check, and is solved by walking to the right", async () => {
  const folder = mkdtempSync(join(tmpdir(), "readme-"));
  try {
    writeFileSync(join(folder, "corridor.ts"), corridor!);
    const plugin = await loadEnvPlugin("./corridor.ts", { from: folder });
    expect(await checkEnvPlugin(plugin)).toEqual([{ id: "acme/Corridor-v0", warnings: [] }]);
    expect(pluginEnvironment("acme/Corridor-v0")?.defaults).toEqual({ gamma: 0.9 });
    const env = make("acme/Corridor-v0");
    env.reset();
    const rewards = [1, 2, 3, 4, 5].map(() => env.step(1)[1]);
    expect(rewards).toEqual([0, 0, 0, 0, 1]);
    unregisterEnvPlugin(plugin);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("the README's black box gives its best reward for the context's mirror image", async () => {
  const folder = mkdtempSync(join(tmpdir(), "readme-"));
  try {
    const shown = mirror!.replace("import { blackBox }", "import { blackBox, defineEnvPlugin }");
    const exported =
      'export const plugin = defineEnvPlugin({ name: "m", version: "1.0.0", environments: [mirror] });';
    writeFileSync(join(folder, "mirror.ts"), `${shown}\n${exported}`);
    const plugin = await loadEnvPlugin("./mirror.ts", { from: folder });
    const env = make("Mirror-v0");
    const [context] = env.reset({ seed: 1 }) as [Float32Array, unknown];
    expect(env.step(context.map((value) => -value))[1]).toBeCloseTo(0, 12);
    unregisterEnvPlugin(plugin);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
