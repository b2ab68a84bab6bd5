import { GradbridgeError, setDevice, tensor } from "@gradbridge/core";
import { generator } from "@gradbridge/random";
import { describe, expect, it } from "vitest";
import { actorCritic } from "./actor-critic.ts";
import { categoricalHead } from "./heads/categorical-head.ts";
import { gaussianHead } from "./heads/gaussian-head.ts";
import { orthogonal } from "./modules/orthogonal.ts";

await setDevice("reference");

describe("actorCritic", () => {
  const policy = actorCritic({ observationSize: 4, head: categoricalHead(2), generator: generator(7) });

  it("puts out logits and values, and names its parameters", () => {
    const outputs = policy.forward(
      tensor([
        [1, 2, 3, 4],
        [0, 0, 0, 0],
      ]),
    );
    expect(outputs.logits!.shape).toEqual([2, 2]);
    expect(outputs.value!.shape).toEqual([2]);
    expect(policy.namedParameters().map(([name, { shape }]) => `${name} [${shape}]`)).toEqual([
      "actor.layers.0.weight [64,4]",
      "actor.layers.0.bias [64]",
      "actor.layers.1.weight [64,64]",
      "actor.layers.1.bias [64]",
      "actor.layers.2.weight [2,64]",
      "actor.layers.2.bias [2]",
      "critic.layers.0.weight [64,4]",
      "critic.layers.0.bias [64]",
      "critic.layers.1.weight [64,64]",
      "critic.layers.1.bias [64]",
      "critic.layers.2.weight [1,64]",
      "critic.layers.2.bias [1]",
    ]);
  });

  it("starts nearly indifferent between actions", () => {
    const { logits } = policy.forward(tensor([[0.1, -0.2, 0.05, 0.3]]));
    expect(Math.max(...logits!.dataSync().map(Math.abs))).toBeLessThan(0.05);
  });

  it("acts the same for the same generator, and chooses the mode when asked", () => {
    const observation = new Float32Array(40).map((_, i) => Math.sin(i));
    const first = policy.act(observation, generator(1));
    const second = policy.act(observation, generator(1));
    expect(first.action.toArray()).toEqual(second.action.toArray());
    const mode = policy.act(observation, generator(1), { deterministic: true });
    expect(mode.action.toArray()).toEqual(policy.distribution(mode.outputs).mode().toArray());
    expect(first.logProb.requiresGrad).toBe(false);
  });

  it("loads what it saved, and refuses the state of another architecture whole", () => {
    const other = actorCritic({ observationSize: 4, head: categoricalHead(2), generator: generator(8) });
    const before = other.forward(tensor([[1, 2, 3, 4]])).logits!.toArray();
    const wide = actorCritic({ observationSize: 4, head: categoricalHead(2), hidden: [32, 64] });
    expect(() => other.loadStateDict(wide.stateDict())).toThrow(GradbridgeError);
    expect(() => other.loadStateDict({})).toThrow(/Missing: actor\.layers\.0\.weight/);
    expect(other.forward(tensor([[1, 2, 3, 4]])).logits!.toArray()).toEqual(before);
    other.loadStateDict(policy.stateDict());
    const x = tensor([[1, 2, 3, 4]]);
    expect(other.forward(x).logits!.toArray()).toEqual(policy.forward(x).logits!.toArray());
  });

  it("shares its body where asked, and adds up each row's gradient of log σ", () => {
    const shared = actorCritic({ observationSize: 3, head: gaussianHead(2), shared: true, hidden: [8, 8] });
    expect(shared.namedParameters().map(([name]) => name)).toContain("body.layers.0.weight");
    const outputs = shared.forward(
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    );
    outputs.logStd!.backward(
      tensor([
        [1, 2],
        [10, 20],
      ]),
    );
    const logStd = shared.namedParameters().find(([name]) => name === "head.logStd")![1];
    expect(logStd.grad!.toArray()).toEqual([11, 22]);
  });

  it("refuses an observation of the wrong size", () => {
    expect(() => policy.act(new Float32Array(7), generator(0))).toThrow(GradbridgeError);
  });
});

describe("orthogonal", () => {
  it.each([
    [3, 5],
    [5, 3],
    [4, 4],
  ])("gives %i × %i matrices with orthogonal rows or columns of the gain's length", (rows, columns) => {
    const w = orthogonal(rows, columns, 2, generator(0));
    const at = (r: number, c: number): number => w[r * columns + c]!;
    const wide = rows <= columns;
    for (let i = 0; i < Math.min(rows, columns); i++) {
      for (let j = 0; j < Math.min(rows, columns); j++) {
        let dot = 0;
        for (let k = 0; k < Math.max(rows, columns); k++)
          dot += wide ? at(i, k) * at(j, k) : at(k, i) * at(k, j);
        expect(dot).toBeCloseTo(i === j ? 4 : 0, 12);
      }
    }
  });
});
