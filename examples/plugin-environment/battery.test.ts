import { checkEnvPlugin, loadEnvPlugin, unregisterEnvPlugin } from "@gradbridge/envs";
import { type Env, make } from "gymnasium-js";
import { expect, it } from "vitest";

/** The mean return of 20 weeks in which `choose` picks every action. */
function meanReturn(env: Env, choose: (observation: Float32Array) => unknown): number {
  let total = 0;
  for (let seed = 0; seed < 20; seed++) {
    let [observation] = env.reset({ seed }) as [Float32Array, unknown];
    for (let hour = 1, isOver = false; !isOver; hour++) {
      const [next, reward, terminated, truncated] = env.step(choose(observation));
      observation = next as Float32Array;
      total += reward;
      isOver = terminated || truncated;
      expect([terminated, truncated]).toEqual([false, hour === 168]);
    }
  }
  return total / 20;
}

it("is a plugin that keeps its promises", async () => {
  const plugin = await loadEnvPlugin("./battery.ts", { from: import.meta.url });
  expect(await checkEnvPlugin(plugin)).toEqual([{ id: "Battery-v0", warnings: [] }]);
  unregisterEnvPlugin(plugin);
});

it("is worth learning: chance earns nothing, buying cheap and selling dear nearly reaches the threshold", async () => {
  const plugin = await loadEnvPlugin("./battery.ts", { from: import.meta.url });
  const env = make("Battery-v0");
  env.actionSpace.seed(1);
  const byChance = meanReturn(env, () => env.actionSpace.sample());
  const byRule = meanReturn(env, ([, price]) => (price! < 0.2 ? 1 : price! > 0.4 ? 2 : 0));
  expect(byChance).toBeLessThan(2);
  expect(byRule).toBeGreaterThan(8);
  expect(byRule).toBeLessThan(env.spec!.rewardThreshold!);
  unregisterEnvPlugin(plugin);
});
