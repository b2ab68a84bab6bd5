import fc from "fast-check";
import { type Env, PendulumEnv } from "gymnasium-js";
import { describe, expect, it } from "vitest";
import { defineEnvPlugin, type EnvPlugin, isEnvPlugin } from "./define-env-plugin.ts";
import { EnvPluginError } from "./env-plugin-error.ts";

const environment = {
  id: "acme/Swing-v0",
  entryPoint: PendulumEnv,
  maxEpisodeSteps: 100,
  rewardThreshold: -150,
  nondeterministic: false,
  kwargs: { g: 9.8 },
  description: "A pendulum with another gravity.",
  vectorEntryPoint: () => {
    throw new Error("never called");
  },
  defaults: { gamma: 0.9, hidden: [32, 32] },
};
const fields = { name: "acme", version: "1.2.0", environments: [environment] };

/** `fields` with one field replaced, given anything: what a program without types may pass. */
function withField(path: "plugin" | "environment", name: string, value: unknown): EnvPlugin {
  const changed =
    path === "plugin"
      ? { ...fields, [name]: value }
      : { ...fields, environments: [environment, { ...environment, id: "acme/Other-v0", [name]: value }] };
  return changed as unknown as EnvPlugin;
}

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(EnvPluginError);
    expect(error).toMatchObject({ code: "plugin", name: "EnvPluginError" });
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

describe("defineEnvPlugin", () => {
  it("gives a frozen copy of all fields", () => {
    const plugin = defineEnvPlugin(fields);
    expect(plugin).toEqual(fields);
    expect(isEnvPlugin(plugin)).toBe(true);
    const [entry] = plugin.environments;
    const parts = [plugin, plugin.environments, entry, entry?.kwargs, entry?.defaults];
    for (const part of parts) expect(Object.isFrozen(part)).toBe(true);
    for (const part of [fields, fields.environments, environment, environment.kwargs]) {
      expect(Object.isFrozen(part)).toBe(false);
    }
    expect(isEnvPlugin(fields)).toBe(false);
  });

  it("takes a class, and a function, and needs no more than an id and one of these", () => {
    const make = (): Env => new PendulumEnv() as unknown as Env;
    const environments = [
      { id: "One-v0", entryPoint: PendulumEnv },
      { id: "Two", entryPoint: make },
    ];
    expect(defineEnvPlugin({ name: "a", version: "0.0.1-beta.2", environments }).environments).toEqual(
      environments,
    );
  });

  it.each<[path: "plugin" | "environment", name: string, value: unknown, message: string]>([
    [
      "plugin",
      "version",
      "one",
      'environment plugin "acme": version: expected a version, as "1.0.0", got "one".',
    ],
    ["plugin", "name", "", 'environment plugin "": name: expected a text that is not empty, got "".'],
    [
      "plugin",
      "name",
      undefined,
      "environment plugin: name: expected a text that is not empty, got nothing.",
    ],
    ["plugin", "environments", [], "environments: expected at least one environment, got an empty array."],
    [
      "plugin",
      "environments",
      { a: 1 },
      "environments: expected an array of environments, got an object { a }.",
    ],
    ["plugin", "environments", [PendulumEnv], "environments[0]: expected an object { id, entryPoint, "],
    [
      "plugin",
      "environment",
      [],
      ": there is no field environment; the fields are name, version, environments.",
    ],
    [
      "environment",
      "id",
      7,
      'environments[1].id: expected an id [namespace/]name[-vN], as "acme/Corridor-v0", got 7 (number).',
    ],
    ["environment", "id", "a b", 'got "a b".'],
    ["environment", "id", "acme:Grid-v0", 'got "acme:Grid-v0".'],
    [
      "environment",
      "id",
      "acme/Swing-v0",
      'environments[1].id: expected an id that no other environment has, got "acme/Swing-v0".',
    ],
    [
      "environment",
      "entryPoint",
      new PendulumEnv(),
      "environments[1].entryPoint: expected a class that extends Env, or a function (kwargs) => Env, got an object { observationSpace",
    ],
    ["environment", "entryPoint", undefined, "(kwargs) => Env, got nothing."],
    ["environment", "vectorEntryPoint", "acme:Vector", 'VectorEnv, got "acme:Vector".'],
    [
      "environment",
      "maxEpisodeSteps",
      0,
      "environments[1].maxEpisodeSteps: expected a whole number ≥ 1, got 0 (number).",
    ],
    ["environment", "maxEpisodeSteps", 1.5, "expected a whole number ≥ 1, got 1.5 (number)."],
    ["environment", "maxEpisodeSteps", "200", 'expected a whole number ≥ 1, got "200".'],
    [
      "environment",
      "rewardThreshold",
      Number.NaN,
      "rewardThreshold: expected a finite number, got NaN (number).",
    ],
    ["environment", "nondeterministic", "no", 'nondeterministic: expected true or false, got "no".'],
    ["environment", "kwargs", new Map(), "kwargs: expected a plain object, got an object {  }."],
    ["environment", "defaults", [1], "defaults: expected a plain object, got an array of 1."],
    ["environment", "description", "", 'description: expected a text that is not empty, got "".'],
    [
      "environment",
      "maxSteps",
      5,
      "environments[1]: there is no field maxSteps; the fields are id, entryPoint, ",
    ],
  ])("refuses %s.%s = %o", (path, name, value, message) => {
    expect(messageOf(() => defineEnvPlugin(withField(path, name, value)))).toContain(message);
  });

  it("lists three faults and counts the rest", () => {
    const wrong = { name: "acme", version: 1, environments: [{ id: 1 }, { id: 2 }] } as unknown as EnvPlugin;
    expect(messageOf(() => defineEnvPlugin(wrong))).toMatch(
      /^environment plugin "acme": version: .*; environments\[0\]\.id: .*; environments\[0\]\.entryPoint: .*; and 2 more\.$/,
    );
  });

  it("answers anything at all with an EnvPluginError", () => {
    const anything = fc.anything({
      withNullPrototype: true,
      withBigInt: true,
      withMap: true,
      withTypedArray: true,
    });
    const names = [...Object.keys(fields), ...Object.keys(environment)];
    const part = fc.dictionary(fc.constantFrom(...names), anything);
    const malformed = fc.oneof(anything, part, fc.record({ environments: fc.array(part) }));
    fc.assert(
      fc.property(malformed, (value) => {
        expect(messageOf(() => defineEnvPlugin(value as EnvPlugin))).toMatch(/^environment plugin.*\.$/su);
      }),
    );
  });

  it("names the one field that is wrong", () => {
    const value = fc.anything({ withNullPrototype: true });
    const place = fc.oneof(
      fc.tuple(fc.constant("plugin" as const), fc.constantFrom(...Object.keys(fields))),
      fc.tuple(fc.constant("environment" as const), fc.constantFrom(...Object.keys(environment))),
    );
    fc.assert(
      fc.property(place, value, ([path, name], wrong) => {
        const changed = withField(path, name, wrong);
        let message: string;
        try {
          // What passes is what was given.
          expect(defineEnvPlugin(changed)).toEqual(changed);
          return;
        } catch (error) {
          if (!(error instanceof EnvPluginError)) throw error;
          message = error.message;
        }
        expect(message).toContain(path === "plugin" ? name : `environments[1].${name}`);
      }),
    );
  });
});
