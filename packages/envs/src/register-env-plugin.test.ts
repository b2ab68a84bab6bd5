import { make, PendulumEnv, pprintRegistry, registry } from "gymnasium-js";
import { afterEach, describe, expect, it } from "vitest";
import { defineEnvPlugin, type EnvPlugin, type PluginEnvironment } from "./define-env-plugin.ts";
import { pluginEnvironment, registerEnvPlugin, unregisterEnvPlugin } from "./register-env-plugin.ts";

const builtIn = new Map(registry);
afterEach(() => {
  for (const id of registry.keys()) if (!builtIn.has(id)) registry.delete(id);
});

function pluginOf(name: string, ...entries: (string | Partial<PluginEnvironment>)[]): EnvPlugin {
  const environments = entries.map((entry) => ({
    entryPoint: PendulumEnv,
    ...(typeof entry === "string" ? { id: entry } : { id: "", ...entry }),
  }));
  return defineEnvPlugin({ name, version: "1.0.0", environments });
}

function registered(): string[] {
  return [...registry.keys()].filter((id) => !builtIn.has(id));
}

describe("registerEnvPlugin", () => {
  it("makes the environments known, with what the plugin says about them", () => {
    const entry = { id: "acme/Swing-v0", maxEpisodeSteps: 3, rewardThreshold: 5, kwargs: { g: 1 } };
    registerEnvPlugin(pluginOf("acme", { ...entry, description: "Swings.", defaults: { gamma: 0.9 } }));
    const env = make("acme/Swing-v0");
    expect(env.spec).toMatchObject({ ...entry, group: "acme" });
    env.reset({ seed: 1 });
    const ends = [1, 2, 3].map(() => env.step(Float32Array.of(0))[3]);
    expect(ends).toEqual([false, false, true]);
    expect(pluginEnvironment("acme/Swing-v0")).toMatchObject({
      description: "Swings.",
      defaults: { gamma: 0.9 },
    });
    expect(pluginEnvironment("CartPole-v1")).toBeNull();
  });

  it("lists environments without a namespace under the plugin's name", () => {
    registerEnvPlugin(pluginOf("acme", "Swing-v0"));
    expect(pprintRegistry({ disablePrint: true })).toContain("===== acme =====\nSwing-v0");
  });

  it("registers a plugin once, however often it is called", () => {
    const plugin = pluginOf("acme", "Swing-v0", "Swing-v1");
    registerEnvPlugin(plugin);
    const spec = registry.get("Swing-v0");
    registerEnvPlugin(plugin);
    expect(registry.get("Swing-v0")).toBe(spec);
    expect(registered()).toEqual(["Swing-v0", "Swing-v1"]);
  });

  it("registers nothing when one id is taken, and says by whom", () => {
    registerEnvPlugin(pluginOf("acme", "Swing-v0"));
    const before = new Map(registry);
    const taken = [
      ["Swing-v0", 'Swing-v0 is already registered by the environment plugin "acme" 1.0.0. Nothing'],
      ["CartPole-v1", "CartPole-v1 is already registered. Nothing"],
    ] as const;
    for (const [id, message] of taken) {
      const act = (): void => registerEnvPlugin(pluginOf("other", "Fresh-v0", id));
      expect(act).toThrow(
        expect.objectContaining({ code: "plugin", message: expect.stringContaining(message) }),
      );
      expect(registry).toEqual(before);
    }
  });

  it("registers nothing when gymnasium-js refuses one", () => {
    const before = new Map(registry);
    const plugin = pluginOf("acme", "Fresh-v0", "Swing", "CartPole");
    expect(() => registerEnvPlugin(plugin)).toThrow(
      /^environment plugin "acme": Cannot register CartPole: CartPole-v\d exists.* Nothing of this plugin was registered\.$/,
    );
    expect(registry).toEqual(before);
    expect(pluginEnvironment("Fresh-v0")).toBeNull();
  });

  it("takes only what defineEnvPlugin made", () => {
    const plain = { name: "acme", version: "1.0.0", environments: [] };
    expect(() => registerEnvPlugin(plain)).toThrow(
      "registerEnvPlugin takes a plugin made by defineEnvPlugin, got an object { name, version, environments }.",
    );
  });
});

describe("unregisterEnvPlugin", () => {
  it("takes a plugin out, so that another may have its ids", () => {
    const plugin = pluginOf("acme", "Swing-v0");
    registerEnvPlugin(plugin);
    unregisterEnvPlugin(plugin);
    expect(registered()).toEqual([]);
    expect(pluginEnvironment("Swing-v0")).toBeNull();
    registerEnvPlugin(pluginOf("other", "Swing-v0"));
    unregisterEnvPlugin(plugin);
    expect(registered()).toEqual(["Swing-v0"]);
  });
});
