import { make, spec } from "gymnasium-js";
import { describe, expect, it } from "vitest";
import { estimators } from "../estimators/registry.ts";
import { makePolicy } from "./make-policy.ts";
import { defaultSettings, resolveSettings } from "./settings.ts";
import { estimatorSettings, tunedSettings } from "./tuned-settings.ts";

const entries = Object.entries(tunedSettings).flatMap(([id, byEstimator]) =>
  Object.keys(byEstimator).map((estimator) => ({ id, estimator })),
);

describe("tuned settings", () => {
  it.each(entries)("$id, $estimator: what is written is what training uses", ({ id, estimator }) => {
    expect(spec(id).id).toBe(id);
    expect(Object.keys(estimators)).toContain(estimator);
    const settings = resolveSettings(id, { estimator });
    expect(settings).toMatchObject(tunedSettings[id]![estimator]!);
    const env = make(id);
    expect(makePolicy(env, settings).observationSize).toBeGreaterThan(0);
    env.close();
  });

  it.each(entries)("$id, $estimator: whole minibatches, and steps that say what was measured", (entry) => {
    const { numEnvs, rolloutSteps, minibatchSize } = resolveSettings(entry.id, {
      estimator: entry.estimator,
    });
    expect((numEnvs * rolloutSteps) % minibatchSize).toBe(0);
    expect(tunedSettings[entry.id]![entry.estimator]!.steps).toBeGreaterThan(0);
  });

  it("what is given wins over what is tuned, which wins over what the estimator needs", () => {
    expect(resolveSettings("Acrobot-v1", { gamma: 0.9 })).toMatchObject({ gamma: 0.9, lambda: 0.94 });
    expect(resolveSettings("CartPole-v1", { estimator: "actorCritic" })).toMatchObject({
      steps: 300_000,
      lambda: 1,
    });
  });

  it.each(Object.keys(estimatorSettings))(
    "settings of %s are those of a registered estimator",
    (estimator) => {
      expect(Object.keys(estimators)).toContain(estimator);
      expect(resolveSettings(null, { estimator })).toEqual({
        ...defaultSettings,
        ...estimatorSettings[estimator],
        estimator,
      });
    },
  );
});
