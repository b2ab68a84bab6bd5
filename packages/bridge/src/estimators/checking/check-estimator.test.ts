import { exp, setDevice, type Tensor } from "@gradbridge/core";
import {
  bernoulli,
  bernoulliHead,
  categorical,
  categoricalHead,
  exponential,
  type Family,
  gaussian,
  gaussianHead,
  type Head,
  multiCategoricalHead,
  poisson,
  squashedGaussianHead,
  stateDependentGaussianHead,
} from "@gradbridge/policy";
import { describe, expect, it } from "vitest";
import { deterministicGradient } from "../deterministic-gradient.ts";
import type { Estimator, Minibatch } from "../estimator.ts";
import { actorCritic } from "../policy-gradient/actor-critic.ts";
import { awr } from "../policy-gradient/awr.ts";
import { grpo } from "../policy-gradient/grpo.ts";
import { naturalGradient } from "../policy-gradient/natural-gradient.ts";
import { ppo } from "../policy-gradient/ppo.ts";
import { reinforce } from "../policy-gradient/reinforce.ts";
import { rloo } from "../policy-gradient/rloo.ts";
import { vtrace } from "../policy-gradient/vtrace.ts";
import { evolution } from "../search/evolution.ts";
import { finiteDifference } from "../search/finite-difference.ts";
import { spsa } from "../search/spsa.ts";
import { supervised } from "../supervised.ts";
import { type CheckEstimatorOptions, checkEstimator } from "./check-estimator.ts";

await setDevice("reference");

const heads: readonly Head[] = [
  categoricalHead(3),
  gaussianHead(2),
  squashedGaussianHead(1, { logStd: "network" }),
  bernoulliHead(2),
  multiCategoricalHead([2, 3]),
  stateDependentGaussianHead(1),
];
type Objective = NonNullable<CheckEstimatorOptions["objective"]>;
type Case = readonly [name: string, estimator: Estimator, options: CheckEstimatorOptions];

/** log π(a), [N]. */
const logProb = ({ distribution, action }: Minibatch): Tensor => distribution.logProb(action);
/** r = π(a)/π_old(a), [N]. */
const ratio = (batch: Minibatch): Tensor => exp(logProb(batch).sub(batch.logProb));
const entropy = ({ distribution }: Minibatch): Tensor => distribution.entropy();
/** −½ (R − v)². */
const fit = ({ targets }: Minibatch, value: Tensor): Tensor => targets.return!.sub(value).square().mul(-0.5);
/** A log π(a). */
const weighted = (batch: Minibatch): Tensor => logProb(batch).mul(batch.targets.advantage!);
/** min(r A, clamp(r, 1 − ε, 1 + ε) A). */
const clipped = (batch: Minibatch, clip: number): Tensor => {
  const r = ratio(batch);
  const A = batch.targets.advantage!;
  return r.mul(A).minimum(r.clamp(1 - clip, 1 + clip).mul(A));
};
/** (A − mean)/std, unbiased, of these rows. */
const standardized = (A: Tensor): Tensor => {
  if (A.size === 1) return A.mul(0);
  const centered = A.sub(A.mean());
  return centered.div(
    centered
      .square()
      .sum()
      .div(A.size - 1)
      .sqrt()
      .add(1e-8),
  );
};
/** A reference policy: always the same outputs, a little off those of the situations. */
const shy = (head: Head): Estimator => {
  const { distribution } = head.create(1);
  const constant = (observation: Tensor): Tensor =>
    observation.slice([0, 0], [observation.shape[0]!, head.size]);
  const forward = (observation: Tensor): Record<string, Tensor> =>
    head.name === "categorical"
      ? { logits: constant(observation) }
      : { mean: constant(observation), logStd: constant(observation).mul(0.1) };
  return grpo({ reference: { forward, distribution }, klCoefficient: 0.3 });
};
const shyObjective =
  (head: Head): Objective =>
  (batch) => {
    const constant = batch.observation.slice([0, 0], [batch.size, head.size]);
    const outputs =
      head.name === "categorical" ? { logits: constant } : { mean: constant, logStd: constant.mul(0.1) };
    const logRatio = head.create(1).distribution(outputs).logProb(batch.action).sub(logProb(batch));
    const k3 = exp(logRatio).sub(logRatio).sub(1);
    return clipped(batch, 0.2).sub(k3.mul(0.3));
  };

/** −Σ (2 + i) (yᵢ − cᵢ)² + y₀ c₁, where c is the context. */
const parabola = (outputs: ArrayLike<number>, context: ArrayLike<number>): number => {
  let total = outputs[0]! * context[1]!;
  for (let i = 0; i < outputs.length; i++) total -= (2 + i) * (outputs[i]! - context[i]!) ** 2;
  return total;
};
const parabolaOf = (size: number, context: Tensor, y: Tensor): Tensor => {
  const rows = y.shape[0]!;
  const column = (x: Tensor, i: number): Tensor => x.slice([0, i], [rows, i + 1]).reshape([-1]);
  let total = column(y, 0).mul(column(context, 1));
  for (let i = 0; i < size; i++)
    total = total.sub(
      column(y, i)
        .sub(column(context, i))
        .square()
        .mul(2 + i),
    );
  return total;
};
const onMean = (size: number): CheckEstimatorOptions => ({
  heads: [gaussianHead(size)],
  objective: ({ observation }, { mean }) => parabolaOf(size, observation, mean!),
});

const likelihood = (head: Head, family: Family, labels?: (batch: Minibatch) => Tensor): Case => [
  `supervised(${family.name})`,
  supervised(family, labels === undefined ? {} : { labels }),
  {
    heads: [head],
    objective: (batch, outputs) => {
      const z = outputs.logits ?? outputs.mean!;
      return family
        .negativeLogLikelihood(family.naturalParameter(z), (labels ?? ((b) => b.action))(batch))
        .neg();
    },
  },
];
const positive = ({ action }: Minibatch): Tensor => action.abs();

const cases: readonly Case[] = [
  [
    "reinforce, no baseline",
    reinforce({ baseline: "none", normalize: false }),
    { objective: weighted, isZeroWithoutAdvantage: true, heads },
  ],
  ["reinforce, mean", reinforce({ baseline: "mean" }), { objective: weighted, isZeroWithoutAdvantage: true }],
  [
    "reinforce, value",
    reinforce({ entropy: 0.1 }),
    { objective: (b, { value }) => weighted(b).add(entropy(b).mul(0.1)).add(fit(b, value!)), heads },
  ],
  ["rloo", rloo({ groupSize: 1 }), { objective: weighted, isZeroWithoutAdvantage: true, heads }],
  [
    "actorCritic",
    actorCritic({ entropy: () => 0.2, valueCoefficient: 0.4 }),
    { objective: (b, { value }) => weighted(b).add(entropy(b).mul(0.2)).add(fit(b, value!).mul(0.4)), heads },
  ],
  [
    "ppo",
    ppo({ normalizeAdvantage: false, entropy: 0.3 }),
    { objective: (b, { value }) => clipped(b, 0.2).add(entropy(b).mul(0.3)).add(fit(b, value!)), heads },
  ],
  [
    "ppo, standardized and with a clipped value",
    ppo({ valueClip: 0.1, clip: 0.1 }),
    {
      isZeroWithoutAdvantage: true,
      objective: (b, { value }) => {
        const { advantage, return: returns, value: old } = b.targets as Record<string, Tensor>;
        const near = old!.add(value!.sub(old!).clamp(-0.1, 0.1));
        const worst = returns!.sub(value!).square().maximum(returns!.sub(near).square());
        const batch = { ...b, targets: { advantage: standardized(advantage!) } };
        return clipped(batch, 0.1).sub(worst.mul(0.5));
      },
    },
  ],
  [
    "grpo",
    grpo({ groupSize: 1 }),
    { objective: (b) => clipped(b, 0.2), isZeroWithoutAdvantage: true, heads },
  ],
  ...[categoricalHead(2), gaussianHead(2)].map(
    (head): Case => [
      `grpo near a reference (${head.name})`,
      shy(head),
      { heads: [head], objective: shyObjective(head) },
    ],
  ),
  [
    "vtrace",
    vtrace({ rhoClip: 1.05 }),
    {
      isZeroWithoutAdvantage: true,
      heads,
      // the derivative of ρ is ρ times the score; that of ρ̄ (1 + log ρ/ρ̄), which continues it, ρ̄ times the score
      objective: (b, { value }) => {
        const rho = ratio(b);
        const beyond = rho.div(1.05).log().add(1).mul(1.05);
        return rho
          .minimum(1.05)
          .add(beyond.maximum(1.05))
          .sub(1.05)
          .mul(b.targets.advantage!)
          .add(fit(b, value!));
      },
    },
  ],
  [
    "awr",
    awr({ temperature: 0.7, normalizeWeights: true }),
    { objective: (b, { value }) => logProb(b).mul(b.targets.weight!).add(fit(b, value!)), heads },
  ],
  ["naturalGradient", naturalGradient(), { isZeroWithoutAdvantage: true, heads }],
  ["evolution", evolution({ evaluate: parabola }), { heads: [gaussianHead(3)] }],
  // a single output leaves no choice of the direction: exact
  ["spsa", spsa({ evaluate: parabola }), onMean(1)],
  ["spsa of several outputs", spsa({ evaluate: parabola }), { heads: [gaussianHead(3)] }],
  ["finiteDifference", finiteDifference({ evaluate: parabola, step: 2 ** -6 }), onMean(3)],
  ["deterministicGradient", deterministicGradient({ critic: (s, a) => parabolaOf(2, s, a) }), onMean(2)],
  likelihood(categoricalHead(3), categorical(3)),
  likelihood(gaussianHead(2), gaussian()),
  likelihood(bernoulliHead(2), bernoulli()),
  likelihood(gaussianHead(2), exponential(), positive),
  likelihood(gaussianHead(2), poisson(), ({ action }) => action.square()),
];

describe("every estimator of this package passes checkEstimator", () => {
  it.each(cases)("%s", async (_, estimator, options) => {
    const report = await checkEstimator(estimator, options);
    expect(report.estimator).toBe(estimator.name);
    expect(report.situations.length).toBe(10 * (options.heads?.length ?? 2));
    if (options.objective === undefined) expect(report.largestError).toBeNull();
    else expect(report.largestError).toBeLessThan(1e-5);
  });
});

describe("checkEstimator", () => {
  it("awaits what is prepared elsewhere, and finds what is wrong with it", async () => {
    const inner = reinforce({ baseline: "none" });
    const refuse = (): never => {
      throw new Error("not this one");
    };
    const remote = {
      ...inner,
      prepare: refuse,
      prepareAsync: async (rollout: never) => inner.prepare(rollout),
    };
    expect((await checkEstimator(remote)).checks).toContain("purity");
    await expect(checkEstimator({ ...remote, prepareAsync: async () => refuse() })).rejects.toMatchObject({
      code: "estimator-check",
      message: expect.stringContaining("prepare failed: not this one"),
    });
  });
});

describe("checkEstimator finds", () => {
  const sound = reinforce({ baseline: "none", normalize: false });
  const broken = (part: Partial<Record<keyof Estimator, unknown>>): Estimator =>
    ({ ...sound, name: "mine", ...part }) as Estimator; // `unknown` lets parts be wrong
  let calls = 0;

  const wrong: readonly (readonly [string, Estimator, CheckEstimatorOptions, object])[] = [
    [
      "a δ with the sign of a loss",
      broken({ delta: (b: never, o: never) => mapped(sound.delta(b, o), (d) => d.neg()) }),
      { objective: weighted },
      { output: "logits", row: 0, message: /mine \(categorical, ordinary, output "logits", row \d+\): δ is/ },
    ],
    [
      "a δ for an output that does not exist",
      broken({ delta: (b: never, o: never) => ({ logit: Object.values(sound.delta(b, o))[0] }) }),
      {},
      { output: "logit", message: /no such output/ },
    ],
    [
      "a δ of another shape",
      broken({ delta: (b: never, o: never) => mapped(sound.delta(b, o), (d) => d.sum()) }),
      {},
      { output: "logits", message: /does not broadcast/ },
    ],
    [
      "a NaN where all rewards are equal",
      broken({
        prepare(rollout: never) {
          const { advantage } = sound.prepare(rollout);
          const total = advantage.reduce((sum, a) => sum + Math.abs(a - advantage[0]!), 0);
          return { advantage: advantage.map((a) => a / total) };
        },
      }),
      {},
      { situation: "categorical, one row", row: 0, message: /advantage = (NaN|Infinity|-Infinity) in row 0/ },
    ],
    [
      "an infinite δ, by output and row",
      broken({ delta: (b: never, o: never) => mapped(sound.delta(b, o), (d) => d.div(d.sub(d))) }),
      {},
      { output: "logits", row: 0, message: /in row 0/ },
    ],
    [
      "hidden state",
      broken({ delta: (b: never, o: never) => mapped(sound.delta(b, o), (d) => d.mul(++calls)) }),
      {},
      { message: /must depend on nothing else/ },
    ],
    [
      "a field that requires does not list",
      broken({ requires: ["reward"] }),
      {},
      { message: /requires lists reward, and without the other fields it failed/ },
    ],
    [
      "a field that requires does not list and that is not even missed",
      broken({
        prepare: (rollout: { value?: Float32Array; reward: Float64Array }) => ({
          advantage: rollout.value ?? Float32Array.from(rollout.reward),
        }),
      }),
      {},
      { message: /δ is another without the other fields/ },
    ],
    [
      "a requirement that no rollout fulfils",
      broken({ requires: ["reward", "action", "rewards"] }),
      {},
      { code: "estimator", message: /mine: requires names rewards; a rollout has observation/ },
    ],
    [
      "a rollout that was changed",
      broken({
        prepare(rollout: { reward: Float64Array }) {
          rollout.reward[0]! += 1;
          return sound.prepare(rollout as never);
        },
      }),
      {},
      { message: /changed the rollout/ },
    ],
    [
      "targets of another length",
      broken({ prepare: () => ({ advantage: new Float32Array(3) }) }),
      {},
      { message: /Float32Array \[4, 4\] as advantage/ },
    ],
    [
      "a δ without advantage where none is claimed",
      reinforce({ baseline: "none", entropy: 1 }),
      { isZeroWithoutAdvantage: true },
      { situation: "categorical, no advantage", output: "logits", message: /every advantage is 0/ },
    ],
    [
      "a diagnosis that is no scalar",
      broken({ diagnose: (b: Minibatch) => ({ entropy: b.distribution.entropy() }) }),
      {},
      { message: /diagnose must give a scalar as entropy/ },
    ],
    [
      "an estimator that throws",
      broken({
        delta() {
          throw new Error("boom");
        },
      }),
      {},
      { message: /mine \(categorical, ordinary\): delta failed: boom/ },
    ],
  ];

  it.each(wrong)("%s", async (_, estimator, options, expected) => {
    await expect(checkEstimator(estimator, options)).rejects.toMatchObject({
      code: "estimator-check",
      ...expected,
      message: expect.stringMatching((expected as { message: RegExp }).message),
    });
  });

  it("what is no estimator at all", async () => {
    await expect(checkEstimator({ name: "mine" } as never)).rejects.toMatchObject({ code: "estimator" });
  });

  it("that nothing was asked", async () => {
    await expect(checkEstimator(sound, { heads: [] })).rejects.toMatchObject({ code: "option" });
  });
});

function mapped(
  deltas: ReturnType<Estimator["delta"]>,
  map: (delta: Tensor) => Tensor,
): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(deltas).map(([output, delta]) => [output, map(delta as Tensor)]));
}
