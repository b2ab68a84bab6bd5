import { actorCritic, categoricalHead, type Policy } from "@gradbridge/policy";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Callback, ProgressRecord } from "../callbacks/callback.ts";
import { defineEstimator } from "../estimators/estimator.ts";
import { ppo } from "../estimators/policy-gradient/ppo.ts";
import { type TrainConfig, train } from "./train.ts";

const small = {
  env: "CartPole-v1",
  steps: 768,
  numEnvs: 4,
  rolloutSteps: 64,
  minibatchSize: 96,
  epochs: 2,
  evalEpisodes: 0,
} as const;

/** δ = 1e-4 for the value. */
const nudge = defineEstimator({
  name: "nudge",
  requires: ["reward"],
  prepare: () => ({}),
  delta: (_, { value }) => ({ value: value!.mul(0).add(1e-4) }),
});

/** A policy whose value is about `value`. */
function policyOfValue(value: number): Policy {
  const policy = actorCritic({ observationSize: 4, head: categoricalHead(2), hidden: [8] });
  const [, bias] = policy.namedParameters().findLast(([, { size }]) => size === 1)!;
  bias.detach().assign(Float32Array.of(value));
  return policy;
}

async function logOf(
  config: Partial<TrainConfig>,
): Promise<{ records: ProgressRecord[]; warnings: string[] }> {
  const records: ProgressRecord[] = [];
  const warnings: string[] = [];
  const watch: Callback = {
    name: "watch",
    onUpdate: (_, record) => void records.push(record),
    onWarning: (_, message) => void warnings.push(message),
  };
  await train({ ...small, ...config, callbacks: [watch] });
  return { records, warnings };
}

describe("what the surrogate does to δ is logged", () => {
  afterEach(() => vi.restoreAllMocks());

  it("what rounding takes, with one warning a run", async () => {
    const swallowed = { estimator: nudge, apply: "surrogate", anchor: "current" } as const;
    const { records, warnings } = await logOf({ ...swallowed, policy: policyOfValue(1e4) });
    expect(records).toHaveLength(3);
    for (const record of records) expect(record["roundingError.value"]).toBe(1);
    expect(warnings).toEqual([expect.stringMatching(/^Update 1: .*"value" rounds away 100 % of δ/)]);

    const small = await logOf({ ...swallowed, policy: policyOfValue(1) });
    for (const record of small.records) {
      expect(record["roundingError.value"]).toBeGreaterThan(1e-6);
      expect(record["roundingError.value"]).toBeLessThan(1e-3);
    }
    expect(small.warnings).toEqual([]);
  });

  it("to the console where no callback takes warnings, once", async () => {
    const said = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    await train({ ...small, estimator: nudge, apply: "surrogate", policy: policyOfValue(1e4) });
    expect(said.mock.calls).toEqual([[expect.stringMatching(/"value" rounds away/)]]);
  });

  it("the pull toward the outputs that acted: none around y itself, more with every epoch around ỹ", async () => {
    const shares = async (anchor: "current" | "behavior", epochs: number): Promise<number> => {
      const { records } = await logOf({ steps: 256, apply: "surrogate", anchor, epochs, minibatchSize: 256 });
      return records[0]!["proximalShare.logits"]!;
    };
    expect(await shares("current", 4)).toBe(0);
    expect(await shares("behavior", 1)).toBe(0);
    const [second, fourth] = [await shares("behavior", 2), await shares("behavior", 4)];
    expect(second).toBeGreaterThan(0);
    expect(fourth).toBeGreaterThan(second);
    expect(fourth).toBeLessThan(1);
  });

  it.each(["seed", "inner"] as const)("nothing in mode %s, which rounds and pulls nothing", async (apply) => {
    const { records, warnings } = await logOf({ apply, estimator: nudge, policy: policyOfValue(1e4) });
    expect(Object.keys(records[0]!).filter((name) => name.includes("."))).toEqual([]);
    expect(warnings).toEqual([]);
  });
});

describe("ỹ in a minibatch", () => {
  it.each(["seed", "surrogate", "inner"] as const)(
    "is there in mode %s for an estimator that requires outputs: its log-probability is the recorded one",
    async (apply) => {
      const inner = ppo();
      let seen = 0;
      const reading = defineEstimator({
        ...inner,
        name: "reading",
        requires: [...inner.requires, "outputs"],
        delta(batch, outputs) {
          expect(Object.keys(batch.behavior).sort()).toEqual(["logits", "value"]);
          const logProb = batch.behavior.logits!.logSoftmax(1).dataSync();
          const action = batch.action.dataSync();
          batch.logProb.dataSync().forEach((recorded, row) => {
            expect(logProb[2 * row + Number(action[row])]).toBeCloseTo(Number(recorded), 5);
          });
          seen += batch.size;
          return inner.delta(batch, outputs);
        },
      });
      await train({ ...small, apply, estimator: reading });
      expect(seen).toBe(2 * 768);
    },
  );
});
