import { readFileSync } from "node:fs";
import { setDevice, tensor } from "@gradbridge/core";
import { actorCritic, categoricalHead, serializeOnnx } from "@gradbridge/policy";
import { generator } from "@gradbridge/random";
import { describe, expect, it } from "vitest";
import { normalizedPolicy } from "./normalized-policy.ts";
import { ObservationNormalizer } from "./observation-normalizer.ts";
import { RewardNormalizer } from "./reward-normalizer.ts";

/** Mean and population variance of all values of one element. */
function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}

describe("ObservationNormalizer", () => {
  it("learns mean and variance of everything seen, and makes them 0 and 1", () => {
    const random = generator(4);
    const normalizer = new ObservationNormalizer(2);
    const seen: [number[], number[]] = [[], []];
    const batches = Array.from({ length: 300 }, () =>
      Float32Array.from({ length: 6 }, (_, i) => random.normal(i % 2 === 0 ? 5 : -1, i % 2 === 0 ? 3 : 0.1)),
    );
    for (const batch of batches) {
      normalizer.update(batch);
      batch.forEach((value, i) => {
        seen[i % 2]!.push(value);
      });
    }
    for (const element of [0, 1]) {
      const { mean, variance } = moments(seen[element]!);
      // it starts from 1e-4 imagined values of mean 0 and variance 1
      expect(normalizer.mean[element]).toBeCloseTo(mean, 5);
      expect(normalizer.variance[element]! / variance).toBeCloseTo(1, 4);
    }
    const normalized = batches.flatMap((batch) => [...normalizer.normalize(batch.slice())]);
    for (const element of [0, 1]) {
      const { mean, variance } = moments(normalized.filter((_, i) => i % 2 === element));
      expect(mean).toBeCloseTo(0, 5);
      expect(variance).toBeCloseTo(1, 4);
    }
  });

  it("keeps what it gives within ± 10", () => {
    const normalizer = new ObservationNormalizer(1);
    normalizer.apply([100], [4]);
    expect([...normalizer.normalize(Float32Array.of(102, 119, 121, -1e30))]).toEqual([1, 9.5, 10, -10]);
  });

  it("goes on from its state", () => {
    const [first, second] = [new ObservationNormalizer(1), new ObservationNormalizer(1)];
    first.update(Float32Array.of(1, 2, 4));
    second.restore(JSON.parse(JSON.stringify(first.state())));
    for (const normalizer of [first, second]) normalizer.update(Float32Array.of(7));
    expect(second.state()).toEqual(first.state());
    expect(second.variance).toEqual(first.variance);
  });
});

describe("RewardNormalizer", () => {
  it("divides by the deviation of the discounted returns, which start again with each episode", () => {
    const normalizer = new RewardNormalizer(2, 0.5);
    const rewards = [
      [1, 2],
      [3, 4],
      [5, -6],
    ];
    const ends = [
      [0, 0],
      [1, 0],
      [0, 0],
    ];
    // R ← R/2 + r, and 0 after the first environment's end
    const returns = [1, 2, 3.5, 5, 5, -3.5];
    const out = new Float64Array(2);
    rewards.forEach((reward, t) => {
      normalizer.normalize(Float64Array.from(reward), new Uint8Array(2), Uint8Array.from(ends[t]!), out);
      const { variance } = moments(returns.slice(0, 2 * t + 2));
      out.forEach((value, env) => {
        expect(value).toBeCloseTo(reward[env]! / Math.sqrt(variance), 2);
      });
    });
    normalizer.normalize(Float64Array.of(1e9, 0), new Uint8Array(2), new Uint8Array(2), out);
    expect(out[0]).toBeLessThanOrEqual(10);
  });

  it("goes on from its state", () => {
    const make = (): RewardNormalizer => new RewardNormalizer(2, 0.9);
    const [first, second] = [make(), make()];
    const zeros = new Uint8Array(2);
    const [a, b] = [new Float64Array(2), new Float64Array(2)];
    first.normalize(Float64Array.of(1, 3), zeros, zeros, a);
    second.restore(JSON.parse(JSON.stringify(first.state())));
    first.normalize(Float64Array.of(2, 1), zeros, zeros, a);
    second.normalize(Float64Array.of(2, 1), zeros, zeros, b);
    expect(b).toEqual(a);
  });
});

describe("against Stable-Baselines3's VecNormalize", () => {
  // recorded by tools/record/stable-baselines3/record_normalizers.py
  const recorded = JSON.parse(
    readFileSync(new URL("./fixtures/vec-normalize.json", import.meta.url), "utf8"),
  ) as { steps: number; numEnvs: number; size: number; gamma: number } & Record<string, number[]>;
  const { steps, numEnvs, size, gamma } = recorded;

  it("observations agree to float32 precision, also where they are clipped", () => {
    const normalizer = new ObservationNormalizer(size);
    const width = numEnvs * size;
    for (let t = 0; t <= steps; t++) {
      const observation = Float32Array.from(recorded.observations!.slice(t * width, (t + 1) * width));
      normalizer.update(observation);
      normalizer.normalize(observation).forEach((value, i) => {
        const expected = recorded.normalizedObservations![t * width + i]!;
        expect(Math.abs(value - expected)).toBeLessThan(2e-5 * Math.max(1, Math.abs(expected)));
      });
    }
    expect(Math.max(...recorded.normalizedObservations!)).toBeGreaterThan(4);
  });

  it("rewards agree, over the ends of episodes", () => {
    const normalizer = new RewardNormalizer(numEnvs, gamma);
    const out = new Float64Array(numEnvs);
    for (let t = 0; t < steps; t++) {
      const row = (name: string): number[] => recorded[name]!.slice(t * numEnvs, (t + 1) * numEnvs);
      const done = Uint8Array.from(row("dones"));
      normalizer.normalize(Float64Array.from(row("rewards")), done, new Uint8Array(numEnvs), out);
      out.forEach((value, env) => {
        expect(value).toBeCloseTo(row("normalizedRewards")[env]!, 5);
      });
    }
  });
});

it("writes a normalizedPolicy as ONNX with its statistics, as onnxruntime computes it", async () => {
  // recorded by tools/record/onnxruntime/normalized_policy.py
  const recorded = JSON.parse(
    readFileSync(new URL("./fixtures/normalized-onnx.json", import.meta.url), "utf8"),
  ) as { model: string; observation: number[]; outputs: Record<string, number[]> };
  await setDevice("reference");
  const normalizer = new ObservationNormalizer(3);
  normalizer.apply([1, 20, -300], [4, 0.25, 900]);
  const inner = actorCritic({
    observationSize: 3,
    head: categoricalHead(2),
    hidden: [4],
    generator: generator(6),
  });
  const policy = normalizedPolicy(inner, normalizer);
  expect(Buffer.from(serializeOnnx(policy)).toString("base64")).toBe(recorded.model);
  const outputs = policy.forward(tensor(Float32Array.from(recorded.observation), { shape: [3, 3] }));
  expect(Object.keys(outputs).sort()).toEqual(Object.keys(recorded.outputs).sort());
  for (const [name, output] of Object.entries(outputs)) {
    output.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(recorded.outputs[name]![i]!, 5);
    });
  }
});

describe.each(["reference", "wasm"])("normalizedPolicy on %s", (device) => {
  it("sees the same numbers as a tensor and as an array, and keeps them in its state", async () => {
    await setDevice(device);
    const make = (seed: number) =>
      normalizedPolicy(
        actorCritic({
          observationSize: 3,
          head: categoricalHead(2),
          hidden: [4],
          generator: generator(seed),
        }),
        new ObservationNormalizer(3),
      );
    const policy = make(1);
    policy.normalizer.update(Float32Array.of(1, 20, 300, 1.5, 22, 290, 0.1, 19, 333));
    policy.refresh();
    const observation = Float32Array.of(1.7, 21, 3000);
    const { value } = policy.forward(tensor(observation, { shape: [1, 3] }));
    const acted = policy.act(observation, generator(0)).outputs.value!;
    expect(acted.item()).toBe(value!.item());
    const seen = policy.normalizer.normalize(observation.slice());
    expect(seen[2]).toBe(10);
    expect(policy.inner.act(seen, generator(0)).outputs.value!.item()).toBe(value!.item());

    const other = make(2);
    other.loadStateDict(policy.stateDict());
    expect(other.act(observation, generator(0)).outputs.value!.item()).toBe(value!.item());
    expect(() => other.loadStateDict(policy.inner.stateDict())).toThrow(/observation.mean is missing/);
  });
});
