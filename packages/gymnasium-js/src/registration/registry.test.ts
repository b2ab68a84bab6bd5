import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Env, type ResetResult, type StepResult } from "../env.ts";
import { generateRandomMap } from "../environments/toy-text/frozen-lake-maps.ts";
import { readFixture } from "../fixtures/read-fixture.ts";
import type { JsonValue } from "../json.ts";
import { Discrete } from "../spaces/discrete.ts";
import { setWarningHandler } from "../warning.ts";
import { closestMatch } from "./closest-match.ts";
import { formatEnvId, parseEnvId } from "./env-id.ts";
import { EnvSpec } from "./env-spec.ts";
import { make, makeAsync } from "./make.ts";
import { pprintRegistry, register, registry, spec, withNamespace } from "./registry.ts";

interface Recording {
  readonly ids: Readonly<Record<string, readonly [string | null, string, number | null] | null>>;
  readonly specs: Readonly<Record<string, Partial<EnvSpec>>>;
  readonly suggestions: Readonly<Record<string, string | null>>;
  readonly listing: string;
  readonly maps: Readonly<Record<string, readonly string[]>>;
  readonly ansi: Readonly<Record<string, readonly string[]>>;
  readonly strings: Readonly<Record<string, string>>;
}

const recording = readFixture<Recording>("registry");
const builtIn = new Set(registry.keys());
let warnings: string[];

class Nothing extends Env<Discrete, Discrete> {
  readonly observationSpace: Discrete = new Discrete(1);
  readonly actionSpace: Discrete = new Discrete(1);
  override reset(): ResetResult<number> {
    return [0, {}];
  }
  override step(): StepResult<number> {
    return [0, 0, false, false, {}];
  }
}

beforeEach(() => {
  warnings = [];
  setWarningHandler((message) => warnings.push(message));
});
afterEach(() => {
  setWarningHandler(null);
  for (const id of [...registry.keys()]) if (!builtIn.has(id)) registry.delete(id);
});

function codeOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return "nothing thrown";
}

describe("the registry agrees with Gymnasium 1.3.0", () => {
  it.each(Object.entries(recording.ids))("id %j", (id, parts) => {
    if (parts === null) {
      expect(codeOf(() => parseEnvId(id))).toBe("malformed-id");
      return;
    }
    const [namespace, name, version] = parts;
    expect(parseEnvId(id)).toEqual({ namespace, name, version });
    expect(formatEnvId(parseEnvId(id))).toBe(id);
  });

  it("has the same environments, limits and thresholds", () => {
    expect([...builtIn].sort()).toEqual(Object.keys(recording.specs).sort());
    for (const [id, fields] of Object.entries(recording.specs)) expect(spec(id)).toMatchObject(fields);
  });

  it.each(Object.entries(recording.suggestions))("suggests for %s", (word, suggestion) => {
    const names = new Set([...registry.values()].map(({ name }) => name));
    expect(closestMatch(word, names)).toBe(suggestion);
  });

  it("lists the same text", () => {
    expect(pprintRegistry({ disablePrint: true })).toBe(recording.listing);
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    pprintRegistry({ numColumns: 2, excludeNamespaces: ["toy_text"] });
    expect(log).toHaveBeenCalledExactlyOnceWith(expect.not.stringContaining("Taxi"));
    log.mockRestore();
  });

  it("generates the same maps", () => {
    for (const [key, rows] of Object.entries(recording.maps)) {
      const [size, p, seed] = key.split(",").map(Number);
      expect(generateRandomMap(size, p, seed)).toEqual(rows);
    }
  });

  it.each([
    ["FrozenLake-v1", 3, [1, 2, 2, 0, 3, 1, 1, 2]],
    ["CliffWalking-v1", 3, [0, 1, 2, 1, 0, 0, 3]],
    ["Taxi-v4", 5, [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]],
  ] as const)("%s prints the same text", (id, seed, actions) => {
    const env = make(id, { renderMode: "ansi" });
    env.reset({ seed });
    const frames = [env.render()];
    for (const action of actions) {
      const [, , terminated, truncated] = env.step(action);
      frames.push(env.render());
      if (terminated || truncated) env.reset();
    }
    expect(frames).toEqual(recording.ansi[id]);
    const collected = make(id, { renderMode: "ansi_list" });
    collected.reset({ seed });
    collected.step(actions[0]);
    expect(collected.render()).toEqual(recording.ansi[id]!.slice(0, 2));
    expect(collected.render()).toEqual([]);
  });

  it("wraps in the same order", () => {
    for (const [id, text] of Object.entries(recording.strings)) expect(String(make(id as string))).toBe(text);
  });
});

describe("finding environments", () => {
  it.each([
    ["Cartpole-v1", "unknown-id", /Did you mean CartPole\?/],
    ["CartPole-v7", "version-not-found", /v0, v1/],
    ["Taxi-v3", "deprecated", /Taxi-v4/],
    ["acme/CartPole-v1", "namespace-not-found", /acme/],
    ["not an id", "malformed-id", /\[namespace\/\]name/],
    ["acme:Grid-v0", "bad-entry-point", /makeAsync/],
  ])("%s is %s", (id, code, message) => {
    expect(codeOf(() => make(id as string))).toBe(code);
    expect(() => make(id as string)).toThrow(message);
  });

  it("takes the newest version for an id without one, with a warning", () => {
    expect(make("CartPole" as string).spec?.id).toBe("CartPole-v1");
    make("CartPole-v0");
    expect(warnings).toEqual([
      expect.stringContaining("CartPole-v1"),
      expect.stringContaining("out of date"),
    ]);
  });

  it("suggests namespaces", () => {
    withNamespace("acme", () => register({ id: "Grid-v0", entryPoint: Nothing }));
    expect(registry.has("acme/Grid-v0")).toBe(true);
    expect(() => make("acne/Grid-v0")).toThrow(/Did you mean acme\?/);
    expect(() => make("acme/Gird-v0")).toThrow(/in namespace acme. Did you mean Grid\?/);
  });

  it("refuses mixed versions, and specs without entry point", () => {
    register({ id: "test/Plain", entryPoint: Nothing });
    expect(codeOf(() => register({ id: "test/Plain-v1", entryPoint: Nothing }))).toBe("bad-registration");
    expect(codeOf(() => register({ id: "CartPole", entryPoint: Nothing }))).toBe("bad-registration");
    expect(codeOf(() => register({ id: "test/None-v0" }))).toBe("bad-registration");
    expect(codeOf(() => make("test/Plain-v1"))).toBe("deprecated");
    register({ id: "test/Plain", entryPoint: Nothing });
    expect(warnings).toEqual([expect.stringContaining("already registered")]);
  });
});

describe("making environments", () => {
  it("passes arguments to classes and functions, over those of the spec", () => {
    const seen: unknown[] = [];
    const entryPoint = (kwargs: unknown): Env => {
      seen.push(kwargs);
      return new Nothing() as unknown as Env;
    };
    register({
      id: "test/Made-v0",
      entryPoint,
      kwargs: { a: 1, b: 2 },
      orderEnforce: false,
      disableEnvChecker: true,
    });
    const env = make("test/Made-v0", { b: 3, maxEpisodeSteps: -1 });
    expect(seen).toEqual([{ a: 1, b: 3 }]);
    expect(env).toBe(env.unwrapped);
    expect(env.spec?.kwargs).toEqual({ a: 1, b: 3 });
  });

  it.each([
    [{ suttonBartoRewards: true }, "unknown-kwarg", /Did you mean suttonBartoReward\?/],
    [{ suttonBartoReward: 1 }, "bad-kwarg", /suttonBartoReward/],
    [{ renderMode: "ansi" }, "unsupported-mode", /no render mode "ansi"/],
    [{ maxEpisodeSteps: 0 }, "bad-kwarg", /maxEpisodeSteps/],
  ])("refuses %j", (options, code, message) => {
    expect(codeOf(() => make("CartPole-v1", options))).toBe(code);
    expect(() => make("CartPole-v1", options)).toThrow(message);
  });

  it("limits steps as asked", () => {
    const env = make("CartPole-v1", { maxEpisodeSteps: 2 });
    env.reset({ seed: 0 });
    expect(env.step(0)[3]).toBe(false);
    expect(env.step(1)[3]).toBe(true);
    expect(env.spec?.maxEpisodeSteps).toBe(2);
  });

  it("enforces order, and says what is wrong with actions, seeds and options", () => {
    const env = make("CartPole-v1");
    expect(codeOf(() => env.step(0))).toBe("reset-needed");
    expect(codeOf(() => env.reset({ seed: -1 }))).toBe("bad-seed");
    expect(codeOf(() => env.reset({ seed: 1.5 }))).toBe("bad-seed");
    expect(codeOf(() => env.reset({ options: { low: 1, high: 0 } }))).toBe("bad-option");
    env.reset({ seed: 2n ** 70n });
    expect(env.randomSeed).toBe(2n ** 70n);
    expect(codeOf(() => env.step(2))).toBe("invalid-action");
    expect(codeOf(() => make("Pendulum-v1").unwrapped.step(Float32Array.of(1)))).toBe("reset-needed");
    const pendulum = make("Pendulum-v1");
    pendulum.reset();
    expect(codeOf(() => pendulum.step(Float32Array.of(Number.NaN)))).toBe("invalid-action");
  });

  it("writes specs as JSON and reads them back", () => {
    const env = make("FrozenLake-v1", { isSlippery: false });
    const json = JSON.parse(JSON.stringify(env.spec)) as JsonValue;
    const again = make(EnvSpec.fromJSON(json));
    expect(again.spec).toEqual(EnvSpec.fromJSON(json).with({ entryPoint: null, kwargs: env.spec!.kwargs }));
    expect(String(again)).toBe(String(env));
    again.reset({ seed: 1 });
    expect(again.step(2)[0]).toBe(1);
    expect(codeOf(() => new EnvSpec({ id: "a-v0", kwargs: { f: () => 1 } }).toJSON())).toBe("unsupported");
    expect(codeOf(() => EnvSpec.fromJSON({ name: "x" }))).toBe("bad-registration");
    expect(env.spec?.describe()).toContain("maxEpisodeSteps=100");
  });

  it("imports modules and entry points when asked to wait", async () => {
    // A module that registers an environment when imported.
    const text = `export const registered = globalThis.registerTestEnvironment();
      export const makeNothing = () => new globalThis.TestEnvironment();`;
    const module = `data:text/javascript,${encodeURIComponent(text)}`;
    Object.assign(globalThis, {
      TestEnvironment: Nothing,
      registerTestEnvironment: () => register({ id: "test/Imported-v0", entryPoint: Nothing }),
    });
    expect((await makeAsync(`${module}:test/Imported-v0`)).spec?.id).toBe("test/Imported-v0");
    register({ id: "test/Lazy-v0", entryPoint: `${module}:makeNothing` });
    expect(codeOf(() => make("test/Lazy-v0"))).toBe("bad-entry-point");
    expect((await makeAsync("test/Lazy-v0")).unwrapped).toBeInstanceOf(Nothing);
    register({ id: "test/Wrong-v0", entryPoint: `${module}:missing` });
    await expect(makeAsync("test/Wrong-v0")).rejects.toThrow(/exports makeNothing, registered/);
  });
});
