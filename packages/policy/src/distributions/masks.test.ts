import { compile, type GradbridgeError, grad, setDevice, sum, type Tensor, tensor } from "@gradbridge/core";
import { generator } from "@gradbridge/random";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { actorCritic } from "../actor-critic.ts";
import { bernoulliHead } from "../heads/bernoulli-head.ts";
import { categoricalHead } from "../heads/categorical-head.ts";
import { gaussianHead } from "../heads/gaussian-head.ts";
import { multiCategoricalHead } from "../heads/multi-categorical-head.ts";
import { Categorical } from "./categorical.ts";
import { MultiCategorical } from "./multi-categorical.ts";

await setDevice("reference");

const integers = (data: number[] | number[][]): Tensor => tensor(data, { dtype: "int32" });

function thrown(run: () => unknown): GradbridgeError {
  try {
    run();
  } catch (error) {
    return error as GradbridgeError;
  }
  throw new Error("nothing was thrown");
}

describe.each([
  ["reference", "float64"],
  ["reference", "float32"],
  ["wasm", "float32"],
] as const)("a masked Categorical, %s %s", (device, dtype) => {
  const rows = [
    [1e4, 0.5, -1e4, 0.25],
    [-1e4, -1e4, -1e4, 3],
    [0, 0, 0, 0],
  ];
  const mask = integers([
    [0, 1, 1, 1],
    [1, 1, 0, 0],
    [0, 0, 1, 0],
  ]);
  const make = (): { logits: Tensor; distribution: Categorical } => {
    const logits = tensor(rows, { dtype, device, requiresGrad: true });
    const allowed = tensor(mask.dataSync() as Int32Array, { shape: [3, 4], device });
    return { logits, distribution: new Categorical({ logits }, { mask: allowed }) };
  };
  beforeAll(() => setDevice(device));
  afterAll(() => setDevice("reference"));

  it("gives forbidden actions probability exactly 0 and allowed ones the rest", () => {
    const { distribution } = make();
    const p = [...distribution.probabilities.dataSync()];
    mask.dataSync().forEach((allowed, i) => {
      if (allowed === 0) expect(p[i]).toBe(0);
    });
    expect(p[1]! + p[3]!).toBeCloseTo(1, 6);
    expect(p.slice(4, 8)).toEqual([0.5, 0.5, 0, 0]);
    expect(p.slice(8)).toEqual([0, 0, 1, 0]);
  });

  it("never draws them, nor takes one as mode", () => {
    const { distribution } = make();
    const random = generator(4);
    const seen = new Set<string>();
    for (let i = 0; i < 300; i++) {
      distribution
        .sample(random)
        .dataSync()
        .forEach((action, row) => {
          seen.add(`${row}:${action}`);
        });
    }
    expect([...seen].sort()).toEqual(["0:1", "0:3", "1:0", "1:1", "2:2"]);
    expect([...distribution.mode().dataSync()]).toEqual([1, 0, 2]);
  });

  it("has finite numbers everywhere, also for a forbidden action, and no score for forbidden logits", () => {
    const { distribution } = make();
    const other = make().distribution;
    for (const action of [integers([1, 0, 2]), integers([0, 2, 0])]) {
      const results = [
        distribution.logProb(action),
        distribution.entropy(),
        distribution.score(action).logits,
        distribution.entropyScore().logits,
        distribution.kl(other),
      ];
      for (const result of results) expect([...result.dataSync()].every(Number.isFinite)).toBe(true);
      for (const score of [results[2]!, results[3]!]) {
        mask.dataSync().forEach((allowed, i) => {
          if (allowed === 0) expect(Math.abs(score.dataSync()[i]!)).toBe(0);
        });
      }
      expect([...distribution.kl(other).dataSync()]).toEqual([0, 0, 0]);
    }
    expect(distribution.entropy().dataSync()[1]).toBeCloseTo(Math.log(2), 6);
    expect(distribution.entropy().dataSync()[2]).toBeCloseTo(0, 12);
  });

  it("gives autograd the same scores, forbidden actions included", () => {
    for (const action of [integers([1, 0, 2]), integers([0, 2, 0])]) {
      const { logits, distribution } = make();
      const [expected] = grad(sum(distribution.logProb(action)), logits);
      const score = distribution.score(action).logits.dataSync();
      expected!.dataSync().forEach((value, i) => {
        expect(score[i]).toBeCloseTo(value, dtype === "float64" ? 12 : 6);
      });
    }
  });
});

describe("masks inside compile, on wasm", () => {
  it("reach the score of a compiled step, and may differ at every replay", async () => {
    await setDevice("wasm");
    const step = compile((logits: Tensor, mask: Tensor, action: Tensor, pair: Tensor) => ({
      one: new Categorical({ logits }, { mask }).score(action).logits,
      several: new MultiCategorical({ logits }, [2, 2], { mask }).logProb(pair),
    }));
    const logits = tensor([
      [0, 1, 2, 3],
      [3, 2, 1, 0],
    ]);
    for (const rows of [
      [
        [1, 1, 1, 1],
        [1, 1, 1, 1],
      ],
      [
        [1, 1, 0, 1],
        [0, 1, 1, 1],
      ],
    ]) {
      const [action, mask] = [integers([1, 1]), integers(rows)];
      const pair = integers([
        [1, 1],
        [1, 1],
      ]);
      const { one, several } = step(logits, mask, action, pair);
      const single = new Categorical({ logits }, { mask });
      const both = new MultiCategorical({ logits }, [2, 2], { mask });
      expect([...one.dataSync()]).toEqual([...single.score(action).logits.dataSync()]);
      expect([...several.dataSync()]).toEqual([...both.logProb(pair).dataSync()]);
    }
    await setDevice("reference");
  });
});

describe("a mask that does not fit", () => {
  const logits = tensor([
    [0, 1, 2],
    [2, 1, 0],
  ]);

  it("is refused by name", () => {
    const wrong = [integers([[1, 1, 1]]), tensor([[1, 1, 1]]), integers([1, 1, 1])];
    for (const mask of wrong) {
      expect(thrown(() => new Categorical({ logits }, { mask })).code).toBe("mask");
      expect(thrown(() => new MultiCategorical({ logits }, [1, 2], { mask })).code).toBe("mask");
    }
  });

  it("cannot be drawn from where a row allows nothing", () => {
    const mask = integers([
      [1, 0, 0],
      [0, 0, 0],
    ]);
    const error = thrown(() => new Categorical({ logits }, { mask }).sample(generator(0)));
    expect(error.code).toBe("mask");
    expect(error.message).toContain("row 1 allows no action");
  });
});

describe("act with a mask", () => {
  const observation = new Float32Array(6);
  const policy = actorCritic({ observationSize: 3, head: categoricalHead(3), hidden: [4] });
  const places = actorCritic({ observationSize: 3, head: multiCategoricalHead([2, 3]), hidden: [4] });

  it("takes what an environment hands out, and gives the masked log-probability", () => {
    const mask = Int8Array.of(0, 1, 0, 1, 0, 1);
    for (const deterministic of [true, false]) {
      const { action, logProb, outputs } = policy.act(observation, generator(1), { mask, deterministic });
      expect(action.dataSync()[0]).toBe(1);
      expect([0, 2]).toContain(action.dataSync()[1]);
      expect(logProb.dataSync()[0]).toBeCloseTo(0, 12);
      const again = policy.distribution(outputs, { mask: tensor(Int32Array.from(mask), { shape: [2, 3] }) });
      expect([...again.logProb(action).dataSync()]).toEqual([...logProb.dataSync()]);
    }
    const both = places.act(observation, generator(1), { mask: Uint8Array.of(0, 1, 0, 0, 1, 1, 0, 1, 0, 0) });
    expect(both.action.toArray()).toEqual([
      [1, 2],
      [0, 0],
    ]);
    expect(places.choices).toEqual([2, 3]);
  });

  it("refuses a mask of the wrong size, of other values, and one that allows nothing, naming the place", () => {
    const act = (mask: Int8Array, of = policy) => thrown(() => of.act(observation, generator(1), { mask }));
    expect(act(Int8Array.of(1, 1, 1)).message).toContain("2 rows of 3 choices are 6");
    expect(act(Int8Array.of(1, 1, 1, 1, 2, 1)).message).toContain("got 2 in row 1");
    expect(act(Int8Array.of(1, 1, 1, 0, 0, 0)).message).toContain("row 1 allows no action");
    expect(act(Int8Array.of(1, 1, 1, 1, 1, 1, 1, 0, 0, 0), places).message).toContain("row 1, place 1");
  });

  it("is refused by policies whose actions are not chosen from a list", () => {
    for (const head of [gaussianHead(2), bernoulliHead(2)]) {
      const other = actorCritic({ observationSize: 3, head, hidden: [4] });
      expect(other.choices).toEqual([]);
      const mask = Int8Array.of(1, 1, 1, 1);
      expect(thrown(() => other.act(observation, generator(1), { mask })).code).toBe("mask");
      const outputs = other.forward(tensor([[0, 0, 0]]));
      expect(thrown(() => other.distribution(outputs, { mask: integers([[1, 1]]) })).code).toBe("mask");
    }
  });
});
