import { describe, expect, it } from "vitest";
import { checkRollout } from "./check-rollout.ts";
import type { Estimator } from "./estimator.ts";

/** Two steps of two environments. */
const rollout = {
  steps: 2,
  numEnvs: 2,
  reward: Float64Array.of(1, 2, 3, 4),
  logProb: Float32Array.of(-1, -1, -1, -1),
  value: Float32Array.of(1, 1, 1, 1),
  nextValue: Float32Array.of(1, 1, 1, 1),
  action: { values: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), size: 2, scalar: false },
  outputs: { mean: { values: new Float32Array(8), size: 2, scalar: false } },
  hasValue: true,
} as const;
const needs = (...requires: Estimator["requires"]): Pick<Estimator, "name" | "requires"> => ({
  name: "mine",
  requires,
});

describe("checkRollout", () => {
  it("accepts a rollout that has what is required", () => {
    checkRollout(needs("reward", "action", "logProb", "value", "nextValue", "outputs"), rollout);
    checkRollout(needs("action"), { ...rollout, logProb: Float32Array.of(Number.NaN) });
  });

  it("names what is missing, and counts values that no critic gave as missing", () => {
    const { logProb: _, ...rest } = rollout;
    expect(() => checkRollout(needs("reward", "logProb", "observation"), rest)).toThrow(
      expect.objectContaining({
        code: "estimator",
        message: "mine requires reward, logProb, observation, but the rollout has no logProb, observation.",
      }),
    );
    expect(() => checkRollout(needs("value"), { ...rollout, hasValue: false })).toThrow(
      expect.objectContaining({
        code: "estimator",
        message: expect.stringContaining("no value. Use a policy with"),
      }),
    );
  });

  it.each([
    [
      "reward",
      { reward: Float64Array.of(1, 2, 3, Number.NaN) },
      "reward is NaN in row 3 of the rollout (step 1, environment 1)",
    ],
    [
      "value",
      { value: Float32Array.of(1, Infinity, 3, 4) },
      "value is Infinity in row 1 of the rollout (step 0, environment 1)",
    ],
    [
      "action",
      { action: { ...rollout.action, values: Float32Array.of(1, 2, 3, 4, 5, -Infinity, 7, 8) } },
      "action is -Infinity in row 2 of the rollout (step 1, environment 0)",
    ],
    [
      "outputs",
      { outputs: { mean: { values: new Float32Array(8).fill(Number.NaN), size: 2, scalar: false } } },
      'output "mean" is NaN in row 0 of the rollout',
    ],
  ] as const)("names estimator, field and row of a %s that is not finite", (field, part, message) => {
    expect(() => checkRollout(needs(field), { ...rollout, ...part })).toThrow(
      expect.objectContaining({ code: "non-finite", message: expect.stringContaining(`mine: ${message}`) }),
    );
  });

  it("looks at rewards even where they are not required", () => {
    const poisoned = { ...rollout, reward: Float64Array.of(Number.NaN, 0, 0, 0) };
    expect(() => checkRollout(needs("action"), poisoned)).toThrow(/mine: reward is NaN in row 0/);
  });

  it("refuses arrays of another length", () => {
    expect(() => checkRollout(needs("logProb"), { ...rollout, logProb: new Float32Array(3) })).toThrow(
      expect.objectContaining({
        code: "estimator",
        message: expect.stringContaining("3 numbers, expected [2, 2, 1]"),
      }),
    );
  });
});
