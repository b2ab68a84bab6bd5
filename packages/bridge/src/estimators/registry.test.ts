import { categoricalHead } from "@gradbridge/policy";
import { Box, Discrete, Env, type ResetResult, type StepResult } from "gymnasium-js";
import { describe, expect, it } from "vitest";
import { makeEstimator } from "../training/make-estimator.ts";
import { resolveSettings } from "../training/settings.ts";
import { train } from "../training/train.ts";
import { checkEstimator } from "./checking/check-estimator.ts";
import { type EstimatorName, estimators } from "./registry.ts";

const names = Object.keys(estimators) as EstimatorName[];

/** Four choices in each episode; what pays is to do what the observation says. */
class Listen extends Env<Box, Discrete> {
  readonly observationSpace: Box = new Box(0, 1, { shape: [2] });
  readonly actionSpace: Discrete = new Discrete(2);
  #count = 0;
  #wanted = 0;

  override reset({ seed }: { seed?: number | null } = {}): ResetResult<Float32Array> {
    this.reseed(seed ?? null);
    this.#count = 0;
    return [this.#ask(), {}];
  }

  step(action: number): StepResult<Float32Array> {
    const reward = action === this.#wanted ? 1 : 0;
    this.#count++;
    return [this.#ask(), reward, this.#count === 4, false, {}];
  }

  #ask(): Float32Array {
    this.#wanted = this.random.integers(0, 2) as number;
    return this.#wanted === 0 ? Float32Array.of(1, 0) : Float32Array.of(0, 1);
  }
}

describe.each(names)("%s, made by name", (estimator) => {
  it("passes checkEstimator with the settings it has by default", async () => {
    const { name } = makeEstimator(resolveSettings(null, { estimator }));
    expect(name).toBe(estimator);
    const report = await checkEstimator(makeEstimator(resolveSettings(null, { estimator })), {
      heads: [categoricalHead(2)],
    });
    expect(report.estimator).toBe(estimator);
  });

  it("is trained, compiled, and learns what pays", async () => {
    const settings = { steps: 16_384, learningRate: 3e-3, evalEpisodes: 50 };
    const result = await train({ env: () => new Listen(), estimator, ...settings });
    expect(result.evaluation!.mean).toBe(4);
  });
});

describe("settings of estimators", () => {
  const make = (given: object): ReturnType<typeof makeEstimator> =>
    makeEstimator(resolveSettings(null, { ...given }));

  it("reach the estimator", () => {
    expect(make({ estimator: "reinforce", baseline: "mean" }).requires).not.toContain("value");
    expect(make({ estimator: "reinforce", baseline: "value" }).requires).toContain("value");
    expect(make({ estimator: "ppo", clip: 0.3 }).scalars!(0.5)).toEqual({ clip: 0.3 });
    expect(make({ estimator: "ppo", clip: 0.3, clipSchedule: "linear" }).scalars!(0.5)).toEqual({
      clip: 0.15,
    });
    expect(make({ estimator: "awr", entropy: 0.2, entropySchedule: "linear" }).scalars!(0.5)).toEqual({
      entropy: 0.1,
    });
  });

  it("are refused by name", () => {
    expect(() => make({ estimator: "grpo", groupSize: 0 })).toThrow(/groupSize = 0/);
    expect(() => make({ estimator: "reinforce", baseline: "best" })).toThrow(/baseline = "best"/);
    expect(() => make({ estimator: "awr", temperature: 0 })).toThrow(/temperature = 0/);
    expect(() => make({ estimator: "ppo", valueClip: -1 })).toThrow(/valueClip = -1/);
  });
});
