import { grad, setDevice, type Tensor, tensor } from "@gradbridge/core";
import { Categorical, DiagonalGaussian, type Distribution, type PolicyOutputs } from "@gradbridge/policy";
import { beforeAll, describe, expect, it } from "vitest";
import type { Rollout } from "../../rollouts/rollout.ts";
import type { Estimator, Minibatch } from "../estimator.ts";
import { grpo } from "./grpo.ts";
import { ppo } from "./ppo.ts";
import { reinforce } from "./reinforce.ts";
import { rloo } from "./rloo.ts";

beforeAll(() => setDevice("reference"));

const double = (data: number[] | number[][]): Tensor => tensor(data, { dtype: "float64" });

/** Six rows: ratios inside and outside the clip range, advantages of both signs. */
const advantage = [1.5, -2, 0.5, -1, 3, -0.2];
const returns = [1, 2, 3, 4, 5, 6];
const oldValue = [0.5, 2.3, 3.1, 3, 9, 6];
const value = [0.8, 1.9, 3.3, 6, 4, 6.1];

interface Situation {
  readonly name: string;
  outputs(): PolicyOutputs;
  distribution(outputs: PolicyOutputs): Distribution;
  readonly action: () => Tensor;
}

const situations: Situation[] = [
  {
    name: "categorical",
    outputs: () => ({
      logits: double([
        [0.1, 1],
        [2, -1],
        [0, 0],
        [-1, 0.5],
        [1.5, 0],
        [0.3, 0.2],
      ]),
      value: double(value),
    }),
    distribution: (outputs) => new Categorical({ logits: outputs.logits! }),
    action: () => tensor([1, 0, 1, 0, 0, 1], { dtype: "int32" }),
  },
  {
    name: "Gaussian",
    outputs: () => ({
      mean: double([[0.1], [2], [0], [-1], [1.5], [0.3]]),
      logStd: double([[0.1], [-0.2], [0], [0.3], [-1], [0.5]]),
      value: double(value),
    }),
    distribution: (outputs) => new DiagonalGaussian({ mean: outputs.mean!, logStd: outputs.logStd! }),
    action: () => double([[0.3], [1], [0.4], [-2], [1.4], [1]]),
  },
];

/** log π_old such that the ratios are these. */
const ratios = [1.05, 1.5, 0.6, 0.5, 1.4, 0.9];

function minibatch(situation: Situation, outputs: PolicyOutputs, clip: number): Minibatch<never> {
  const distribution = situation.distribution(outputs);
  const logProb = distribution
    .logProb(situation.action())
    .detach()
    .sub(double(ratios.map(Math.log)));
  return {
    size: 6,
    observation: double([[0]]),
    action: situation.action(),
    logProb,
    behavior: {},
    distribution,
    targets: { advantage: double(advantage), return: double(returns), value: double(oldValue) },
    scalars: { clip: tensor(clip, { dtype: "float64" }) },
  } as unknown as Minibatch<never>;
}

/** Compares δ with the derivative of the sum over rows of a plainly written objective. */
function expectGradientOf(
  situation: Situation,
  estimator: Estimator<never>,
  objective: (distribution: Distribution, outputs: PolicyOutputs, batch: Minibatch<never>) => Tensor,
): void {
  const outputs = situation.outputs();
  const batch = minibatch(situation, outputs, estimator.scalars?.(0).clip ?? 0);
  const deltas = estimator.delta(batch, outputs);
  for (const output of Object.values(outputs)) output.requiresGrad = true;
  const total = objective(situation.distribution(outputs), outputs, batch).sum();
  const names = Object.keys(outputs);
  const expected = grad(total, Object.values(outputs), { materialize: true });
  names.forEach((name, i) => {
    const delta = (deltas[name] as Tensor).dataSync();
    expected[i]!.dataSync().forEach((number, at) => {
      expect(delta[at], `${name}[${at}]`).toBeCloseTo(number, 10);
    });
  });
}

const A = (): Tensor => double(advantage);
const R = (): Tensor => double(returns);

describe.each(situations)("δ for a $name policy", (situation) => {
  it("of ppo is the gradient of the clipped objective", () => {
    const estimator = ppo({ clip: 0.2, entropy: 0.3, valueCoefficient: 0.7, normalizeAdvantage: false });
    expectGradientOf(situation, estimator as unknown as Estimator<never>, (distribution, outputs, batch) => {
      const ratio = distribution.logProb(batch.action).sub(batch.logProb).exp();
      const surrogate = ratio.mul(A()).minimum(ratio.clamp(0.8, 1.2).mul(A()));
      const error = R()
        .sub(outputs.value!)
        .square()
        .mul(-0.5 * 0.7);
      return surrogate.add(distribution.entropy().mul(0.3)).add(error);
    });
  });

  it("of ppo with value clipping is the gradient of the larger of the two errors", () => {
    const estimator = ppo({ valueClip: 0.5, normalizeAdvantage: false, clip: 10 });
    expectGradientOf(situation, estimator as unknown as Estimator<never>, (distribution, outputs, batch) => {
      const ratio = distribution.logProb(batch.action).sub(batch.logProb).exp();
      const old = double(oldValue);
      const clipped = old.add(outputs.value!.sub(old).clamp(-0.5, 0.5));
      const worst = R().sub(outputs.value!).square().maximum(R().sub(clipped).square());
      return ratio.mul(A()).sub(worst.mul(0.5));
    });
  });

  it("of reinforce is the gradient of A log π, plus that of the value's error", () => {
    const estimator = reinforce({ entropy: 0.1 });
    expectGradientOf(situation, estimator as unknown as Estimator<never>, (distribution, outputs, batch) =>
      distribution
        .logProb(batch.action)
        .mul(A())
        .add(distribution.entropy().mul(0.1))
        .sub(R().sub(outputs.value!).square().mul(0.5)),
    );
  });
});

describe("ppo", () => {
  const [situation] = situations as [Situation];
  const deltaFor = (advantages: number[]): number[][] => {
    const outputs = situation.outputs();
    const batch = minibatch(situation, outputs, 0.2);
    const targets = { ...(batch.targets as object), advantage: double(advantages) };
    const delta = ppo().delta({ ...batch, targets } as never, outputs);
    return (delta.logits as Tensor).toArray() as number[][];
  };

  it("standardizes advantages: shifting and scaling them changes nothing", () => {
    const plain = deltaFor(advantage);
    deltaFor(advantage.map((a) => 3 * a + 7)).forEach((row, i) => {
      row.forEach((number, j) => {
        expect(number).toBeCloseTo(plain[i]![j]!, 6);
      });
    });
  });

  it("gives 0, not NaN, where all advantages are equal", () => {
    expect(
      deltaFor([0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
        .flat()
        .every((number) => number === 0),
    ).toBe(true);
  });
});

describe("reinforce", () => {
  const rollout = {
    steps: 3,
    numEnvs: 1,
    reward: Float64Array.of(1, 1, 1),
    terminated: Uint8Array.of(0, 0, 1),
    truncated: new Uint8Array(3),
    value: Float32Array.of(1, 1, 1),
    nextValue: Float32Array.of(1, 1, 0),
  } as unknown as Rollout;

  it.each([
    ["none", [3, 2, 1]],
    ["mean", [1, 0, -1]],
    ["value", [2, 1, 0]],
  ] as const)("subtracts the baseline %s", (baseline, expected) => {
    const targets = reinforce({ gamma: 1, baseline, normalize: false }).prepare(rollout);
    expect([...targets.advantage]).toEqual(expected);
    expect([...targets.return]).toEqual([3, 2, 1]);
  });
});

describe("rloo and grpo", () => {
  it.each([rloo, grpo])("refuse groups of no size before any rollout", (make) => {
    for (const groupSize of [0, 1.5])
      expect(() => make({ groupSize })).toThrow(/groupSize must be a positive/);
  });
});
