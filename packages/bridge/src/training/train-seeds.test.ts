import { describe, expect, it } from "vitest";
import { train } from "./train.ts";
import { trainSeeds } from "./train-seeds.ts";

const small = { env: "CartPole-v1", steps: 512, numEnvs: 2, rolloutSteps: 64, epochs: 1, evalEpisodes: 3 };

describe("trainSeeds", () => {
  it("gives each seed the run it has alone, and the mean and deviation over them", async () => {
    const started: number[] = [];
    const { runs, evaluation } = await trainSeeds({
      ...small,
      seeds: [3, 1],
      callbacks: (seed) => [
        {
          name: "watch",
          onStart({ settings }) {
            started.push(seed, settings.seed);
          },
        },
      ],
    });
    expect(started).toEqual([3, 3, 1, 1]);
    const [three, one] = [await train({ ...small, seed: 3 }), await train({ ...small, seed: 1 })];
    expect(runs.map(({ evaluation }) => evaluation!.returns)).toEqual([
      three.evaluation!.returns,
      one.evaluation!.returns,
    ]);
    const [a, b] = [three.evaluation!.mean, one.evaluation!.mean];
    expect(a).not.toBe(b);
    expect(evaluation!.runs).toBe(2);
    expect(evaluation!.mean).toBeCloseTo((a + b) / 2, 10);
    expect(evaluation!.std).toBeCloseTo(Math.abs(a - b) / Math.SQRT2, 10);
  });

  it("has no evaluation where none was asked for, and ends when it is told to", async () => {
    const abort = new AbortController();
    const { runs, evaluation } = await trainSeeds({
      ...small,
      evalEpisodes: 0,
      seeds: [1, 2, 3],
      signal: abort.signal,
      callbacks: (seed) => [
        {
          name: "abort",
          onUpdate() {
            if (seed === 2) abort.abort();
          },
        },
      ],
    });
    expect(runs.map(({ reason }) => reason)).toEqual(["done", "aborted"]);
    expect(evaluation).toBeNull();
  });

  it("refuses no seeds, and a seed twice", async () => {
    await expect(trainSeeds({ ...small, seeds: [] })).rejects.toMatchObject({ code: "settings" });
    await expect(trainSeeds({ ...small, seeds: [1, 1] })).rejects.toMatchObject({ code: "settings" });
    await expect(trainSeeds({ ...small, seeds: 3 as never })).rejects.toThrow(
      /trainSeeds: seeds must be a list/,
    );
  });
});
