import { compile, grad, setDevice, sum, type Tensor, tensor } from "@gradbridge/core";
import { generator } from "@gradbridge/random";
import { afterEach, describe, expect, it } from "vitest";
import { Bernoulli } from "./bernoulli.ts";
import { Categorical } from "./categorical.ts";
import { DiagonalGaussian } from "./diagonal-gaussian.ts";
import type { Distribution } from "./distribution.ts";
import { MultiCategorical } from "./multi-categorical.ts";
import { SquashedGaussian } from "./squashed-gaussian.ts";

await setDevice("reference");
afterEach(() => setDevice("reference"));

type Outputs = Record<string, Tensor>;

interface Case {
  readonly name: string;
  readonly make: (outputs: Outputs) => Distribution;
  readonly outputs: Record<string, number[][]>;
  /** Where int32: the actions. Where absent: actions of probability near 1 and near 0 are drawn and given. */
  readonly actions: readonly (number[] | number[][])[];
  readonly discrete: boolean;
}

const far = [1e4, -1e4, 0, 1e4];
const cases: Case[] = [
  {
    name: "Categorical",
    make: (o) => new Categorical({ logits: o.logits! }),
    outputs: { logits: [far, [-1e4, -1e4, -1e4, -1e4], [0, 0, 0, 1e4]] },
    actions: [
      [0, 1, 2],
      [1, 2, 3],
    ],
    discrete: true,
  },
  {
    name: "Categorical, one row and one action",
    make: (o) => new Categorical({ logits: o.logits! }),
    outputs: { logits: [[-1e4]] },
    actions: [[0]],
    discrete: true,
  },
  {
    name: "MultiCategorical",
    make: (o) => new MultiCategorical({ logits: o.logits! }, [3, 1]),
    outputs: { logits: [far] },
    actions: [[[0, 0]], [[1, 0]]],
    discrete: true,
  },
  {
    name: "Bernoulli",
    make: (o) => new Bernoulli({ logits: o.logits! }),
    outputs: { logits: [far] },
    actions: [[[1, 0, 1, 1]], [[0, 1, 0, 0]]],
    discrete: true,
  },
  ...[DiagonalGaussian, SquashedGaussian].map((Kind) => ({
    name: Kind.name,
    make: (o: Outputs) => new Kind({ mean: o.mean!, logStd: o.logStd! }),
    outputs: { mean: [[0.5, -2, 30, -30]], logStd: [[-20, 2, -20, 2]] },
    actions: [[[0.5, -2, 30, -30]], [[0.5 + 2 ** -22, 40, 30 - 2 ** -18, 3]]],
    discrete: false,
  })),
];

function outputsOf({ outputs }: Case, dtype: "float32" | "float64", requiresGrad = false): Outputs {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, rows]) => [name, tensor(rows, { dtype, requiresGrad })]),
  );
}

function actionsOf({ actions, discrete }: Case, dtype: "float32" | "float64"): Tensor[] {
  return actions.map((rows) => tensor(rows, { dtype: discrete ? "int32" : dtype }));
}

/** Everything a distribution says about an action, by name. */
function everything(distribution: Distribution, action: Tensor): Record<string, Tensor> {
  const named = (what: string, by: Readonly<Record<string, Tensor>>) =>
    Object.entries(by).map(([output, value]): [string, Tensor] => [`${what} ${output}`, value]);
  return {
    logProb: distribution.logProb(action),
    entropy: distribution.entropy(),
    kl: distribution.kl(distribution),
    ...Object.fromEntries(named("score", distribution.score(action))),
    ...Object.fromEntries(named("entropyScore", distribution.entropyScore())),
  };
}

const finite = (x: Tensor): boolean => [...x.dataSync()].every(Number.isFinite);

describe.each(cases)("$name at extremes", (one) => {
  it.each([
    ["reference", "float64"],
    ["reference", "float32"],
    ["wasm", "float32"],
  ] as const)("has finite numbers only, on %s in %s", async (device, dtype) => {
    await setDevice(device);
    const distribution = one.make(outputsOf(one, dtype));
    const drawn = Array.from({ length: 20 }, (_, i) => distribution.sample(generator(i)));
    for (const action of [distribution.mode(), ...drawn, ...actionsOf(one, dtype)]) {
      for (const [what, value] of Object.entries(everything(distribution, action))) {
        expect(finite(value), `${what}: ${value.dataSync()}`).toBe(true);
        expect(value.dtype).toBe(dtype);
      }
    }
  });

  it("has autograd's scores to 1e-10 in float64, finite too", () => {
    for (const action of actionsOf(one, "float64")) {
      const outputs = outputsOf(one, "float64", true);
      const names = Object.keys(outputs);
      const distribution = one.make(outputs);
      const options = { materialize: true, retainGraph: true } as const;
      for (const [closed, value] of [
        [distribution.score(action), distribution.logProb(action)],
        [distribution.entropyScore(), distribution.entropy()],
      ] as const) {
        const expected = grad(sum(value), Object.values(outputs), options);
        names.forEach((name, i) => {
          const wanted = expected[i]!.dataSync();
          closed[name]!.dataSync().forEach((actual, j) => {
            const should = wanted[j]!;
            expect(Math.abs(actual - should)).toBeLessThanOrEqual(1e-10 * Math.max(1, Math.abs(should)));
          });
        });
      }
    }
  });

  it("gives the same numbers inside compile, on wasm", async () => {
    await setDevice("wasm");
    const names = Object.keys(one.outputs);
    const compiled = compile((action: Tensor, ...outputs: Tensor[]) =>
      everything(one.make(Object.fromEntries(names.map((name, i) => [name, outputs[i]!]))), action),
    );
    const outputs = outputsOf(one, "float32");
    for (const action of actionsOf(one, "float32")) {
      const expected = everything(one.make(outputs), action);
      const replayed = compiled(action, ...Object.values(outputs));
      for (const [what, value] of Object.entries(expected)) {
        expect([what, ...replayed[what]!.dataSync()]).toEqual([what, ...value.dataSync()]);
      }
    }
  });
});
