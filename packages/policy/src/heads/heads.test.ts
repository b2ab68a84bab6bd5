import {
  compile,
  GradbridgeError,
  grad,
  noGrad,
  setDevice,
  sum,
  type Tensor,
  tensor,
} from "@gradbridge/core";
import { generator } from "@gradbridge/random";
import { describe, expect, it } from "vitest";
import { actorCritic } from "../actor-critic.ts";
import type { ExplorationNoise } from "../distributions/state-dependent-gaussian.ts";
import type { Policy } from "../policy.ts";
import { bernoulliHead } from "./bernoulli-head.ts";
import { categoricalHead } from "./categorical-head.ts";
import { gaussianHead, squashedGaussianHead } from "./gaussian-head.ts";
import type { Head } from "./head.ts";
import { multiCategoricalHead } from "./multi-categorical-head.ts";
import { stateDependentGaussianHead } from "./state-dependent-gaussian-head.ts";

await setDevice("reference");

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof GradbridgeError) return error.code;
    throw error;
  }
  return "no error";
};

const policyOf = (head: Head): Policy =>
  actorCritic({ observationSize: 3, head, hidden: [8, 5], generator: generator(2) });
const observations = new Float32Array(12).map((_, i) => Math.sin(3 * i));

const heads: { head: Head; outputs: Record<string, number[]>; action: [dtype: string, shape: number[]] }[] = [
  { head: categoricalHead(3), outputs: { logits: [4, 3] }, action: ["int32", [4]] },
  { head: multiCategoricalHead([2, 3]), outputs: { logits: [4, 5] }, action: ["int32", [4, 2]] },
  { head: bernoulliHead(2), outputs: { logits: [4, 2] }, action: ["int32", [4, 2]] },
  { head: gaussianHead(2), outputs: { mean: [4, 2], logStd: [4, 2] }, action: ["float32", [4, 2]] },
  {
    head: gaussianHead(2, { logStd: "network", initialLogStd: -1 }),
    outputs: { mean: [4, 2], logStd: [4, 2] },
    action: ["float32", [4, 2]],
  },
  {
    head: squashedGaussianHead(2, { logStd: "network" }),
    outputs: { mean: [4, 2], logStd: [4, 2] },
    action: ["float32", [4, 2]],
  },
  {
    head: stateDependentGaussianHead(2),
    outputs: { mean: [4, 2], logStd: [4, 2], features: [4, 5] },
    action: ["float32", [4, 2]],
  },
];

describe.each(heads.map((one) => [one.head.name, one] as const))("a policy with a %s head", (_, one) => {
  const policy = policyOf(one.head);

  it("has the outputs and actions it names", () => {
    const { action, logProb, outputs } = policy.act(observations, generator(1));
    const { value, ...own } = Object.fromEntries(
      Object.entries(outputs).map(([name, { shape }]) => [name, [...shape]]),
    );
    expect(own).toEqual(one.outputs);
    expect(value).toEqual([4]);
    expect([action.dtype, [...action.shape]]).toEqual(one.action);
    expect([...logProb.shape]).toEqual([4]);
  });

  it("is moved by its score: the actions taken become more likely", () => {
    const learner = policyOf(one.head);
    const { action } = learner.act(observations, generator(1));
    const x = tensor(observations, { shape: [4, 3] });
    const likelihood = (): number =>
      noGrad(() => learner.distribution(learner.forward(x)).logProb(action).mean().item());
    const before = likelihood();
    const outputs = learner.forward(x);
    const score = noGrad(() => learner.distribution(outputs).score(action));
    for (const [name, value] of Object.entries(score)) outputs[name]!.backward(value, { retainGraph: true });
    noGrad(() => {
      for (const parameter of learner.parameters()) {
        if (parameter.grad !== null) parameter.assign(parameter.add(parameter.grad.mul(1e-3)));
      }
    });
    expect(likelihood()).toBeGreaterThan(before);
  });

  it("gives the same actions from outputs that a compiled forward computed, on wasm", async () => {
    await setDevice("wasm");
    const other = policyOf(one.head);
    const x = tensor(observations, { shape: [4, 3] });
    const forward = compile(other.forward);
    for (const seed of [1, 2]) {
      const random = generator(seed);
      const noise = other.nextNoise?.(4, random);
      const outputs = noGrad(() => forward(x));
      const distribution = other.distribution(outputs, noise === undefined ? {} : { noise });
      const action = distribution.sample(random);
      const expected = other.act(observations, generator(seed));
      expect(action.toArray()).toEqual(expected.action.toArray());
      expect(distribution.logProb(action).toArray()).toEqual(expected.logProb.toArray());
    }
    await setDevice("reference");
  });
});

describe("log σ", () => {
  const logStdOf = (head: Head, last: Tensor): Tensor =>
    head.create(5).outputs(last, tensor([[0, 0, 0, 0, 0]])).logStd!;

  it("starts where it is told, with and without limits", () => {
    const still = tensor([[0, 0]]);
    for (const [options, expected] of [
      [{}, 0],
      [{ initialLogStd: -1.5 }, -1.5],
      [{ initialLogStd: -1.5, logStdRange: [-2, 1] }, -1.5],
      [{ initialLogStd: 0.75, logStdRange: [-20, 1] }, 0.75],
    ] as const) {
      expect(logStdOf(gaussianHead(2, options), still).dataSync()[0]).toBeCloseTo(expected, 5);
      expect(logStdOf(gaussianHead(1, { ...options, logStd: "network" }), still).dataSync()[0]).toBeCloseTo(
        expected,
        5,
      );
    }
    expect(logStdOf(squashedGaussianHead(2), still).dataSync()[0]).toBeCloseTo(0, 6);
  });

  it("stays inside its limits, and comes back from them", () => {
    const head = gaussianHead(1, { logStd: "network", logStdRange: [-5, 2] });
    const last = tensor(
      [
        [0, 1e6],
        [0, -1e6],
        [0, 20],
      ],
      { dtype: "float64", requiresGrad: true },
    );
    const logStd = logStdOf(head, last);
    expect((logStd.toArray() as number[][]).slice(0, 2)).toEqual([[2], [-5]]);
    const [slope] = grad(sum(logStd), last);
    expect(slope!.dataSync()[5]).toBeGreaterThan(0);
  });

  it("refuses options that make no sense", () => {
    for (const options of [
      { initialLogStd: Number.NaN },
      { initialLogStd: 3, logStdRange: [-5, 2] },
      { logStdRange: [2, -5] },
      { logStdRange: [Number.NEGATIVE_INFINITY, 2] },
      { logStd: "elsewhere" },
    ]) {
      expect(code(() => gaussianHead(1, options as Parameters<typeof gaussianHead>[1]))).toBe("option");
    }
    expect(code(() => gaussianHead(0))).toBe("size");
    expect(code(() => multiCategoricalHead([]))).toBe("size");
    expect(code(() => multiCategoricalHead([2, 0]))).toBe("size");
    expect(code(() => bernoulliHead(1.5))).toBe("size");
    expect(code(() => stateDependentGaussianHead(1, { resampleEvery: 0 }))).toBe("option");
  });
});

describe("stateDependentGaussianHead", () => {
  const head = stateDependentGaussianHead(2, { initialLogStd: -0.5, resampleEvery: 3 });
  const policy = policyOf(head);
  const x = tensor(observations, { shape: [4, 3] });

  it("has σ² = φ² e^{2w} + 1e-6", () => {
    const { features, logStd } = policy.forward(x);
    const phi = features!.toArray() as number[][];
    (logStd!.toArray() as number[][]).forEach((row, b) => {
      const variance = phi[b]!.reduce((total, f) => total + f * f * Math.exp(-1), 0) + 1e-6;
      for (const value of row) expect(value).toBeCloseTo(Math.log(variance) / 2, 5);
    });
  });

  it("carries the score on to w in closed form, and not to φ", () => {
    const { logStd, mean, features } = policy.forward(x);
    const { action } = policy.act(observations, generator(5));
    const score = noGrad(() =>
      policy.distribution({ mean: mean!, logStd: logStd!, features: features! }).score(action),
    );
    const parameters = Object.fromEntries(policy.namedParameters());
    const [gradient, body] = grad(
      logStd!,
      [parameters["head.logStd"]!, parameters["actor.layers.0.weight"]!],
      { seeds: score.logStd!, allowUnused: true },
    );
    expect(body).toBeNull();
    const phi = features!.toArray() as number[][];
    const sigma = (logStd!.toArray() as number[][]).map((row) => row.map(Math.exp));
    const delta = score.logStd!.toArray() as number[][];
    (gradient!.toArray() as number[][]).forEach((row, i) => {
      row.forEach((value, j) => {
        // Σ_b δ_bj φ_bi² e^{2w} / σ_bj²
        const expected = delta.reduce(
          (total, d, b) => total + (d[j]! * phi[b]![i]! ** 2 * Math.exp(-1)) / sigma[b]![j]! ** 2,
          0,
        );
        expect(value).toBeCloseTo(expected, 4);
      });
    });
  });

  it("keeps one noise for as many steps as asked, a function of the state", () => {
    const random = generator(3);
    let noise: ExplorationNoise | undefined;
    const actions = Array.from({ length: 7 }, () => {
      const step = policy.act(observations, random, noise === undefined ? {} : { noise });
      noise = step.noise!;
      return [...step.action.dataSync()];
    });
    expect(actions[1]).toEqual(actions[0]);
    expect(actions[2]).toEqual(actions[0]);
    expect(actions[3]).not.toEqual(actions[0]);
    expect(actions[5]).toEqual(actions[3]);
    expect(actions[6]).not.toEqual(actions[3]);
    expect(noise).toMatchObject({ age: 1 });
    // two environments in one state are pushed in different directions
    const twice = policy
      .act(new Float32Array([1, 2, 3, 1, 2, 3]), generator(4))
      .action.toArray() as number[][];
    expect(twice[0]).not.toEqual(twice[1]);
  });

  it("adds φ (e^w ∘ ε) to the mean", () => {
    const { action, noise, outputs } = policy.act(observations, generator(6));
    const [mean, phi] = [outputs.mean!.toArray(), outputs.features!.toArray()] as number[][][];
    (action.toArray() as number[][]).forEach((row, b) => {
      row.forEach((value, j) => {
        const shift = phi![b]!.reduce(
          (total, f, i) => total + f * Math.exp(-0.5) * noise!.values[(b * 5 + i) * 2 + j]!,
          0,
        );
        expect(value).toBeCloseTo(mean![b]![j]! + shift, 5);
      });
    });
  });

  it("draws with the spread that its log-probability assumes, with lasting noise and without", () => {
    const random = generator(7);
    const { outputs } = policy.act(observations, random);
    const expected = [...outputs.logStd!.dataSync()].map(Math.exp);
    const means = outputs.mean!.dataSync();
    const draws = 4000;
    for (const draw of [
      () => policy.act(observations, random).action,
      () => policy.distribution(outputs).sample(random),
    ]) {
      const squares = new Float64Array(8);
      for (let n = 0; n < draws; n++) {
        draw()
          .dataSync()
          .forEach((value, i) => {
            squares[i]! += (value - means[i]!) ** 2 / draws;
          });
      }
      squares.forEach((square, i) => {
        expect(Math.abs(Math.sqrt(square) / expected[i]! - 1)).toBeLessThan(0.05);
      });
    }
  });

  it("continues from saved noise as it would have without the interruption", () => {
    const whole = generator(8);
    const first = policy.act(observations, whole);
    const saved = JSON.stringify({
      age: first.noise!.age,
      values: [...first.noise!.values],
      random: whole.state,
    });
    const second = policy.act(observations, whole, { noise: first.noise! });
    const read = JSON.parse(saved);
    const resumed = generator(0);
    resumed.restore(read.random);
    const noise = { age: read.age, values: Float32Array.from(read.values) };
    const again = policy.act(observations, resumed, { noise });
    expect(again.action.toArray()).toEqual(second.action.toArray());
    expect(again.noise).toEqual(second.noise);
  });

  it("explores not at all where it acts deterministically, and refuses noise of another size", () => {
    const random = generator(9);
    const before = JSON.stringify(random.state);
    const { action, outputs } = policy.act(observations, random, { deterministic: true });
    expect(action.toArray()).toEqual(outputs.mean!.toArray());
    expect(JSON.stringify(random.state)).toBe(before);
    const noise = { values: new Float32Array(10), age: 1 };
    expect(code(() => policy.act(observations, random, { noise }))).toBe("exploration");
    expect(code(() => policy.distribution(outputs, { noise }).sample(random))).toBe("exploration");
    expect(code(() => policy.act(observations, random, { mask: Int8Array.of(1) }))).toBe("mask");
  });
});
