import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Evaluation } from "../evaluation/evaluate.ts";
import { loadCheckpoint } from "../training/checkpoint.ts";
import { train } from "../training/train.ts";
import { type BestModel, bestModel } from "./best-model.ts";
import type { TrainingContext } from "./callback.ts";

it("keeps the checkpoint of the best evaluation, also over a resume", async () => {
  const path = join(await mkdtemp(join(tmpdir(), "gradbridge-")), "best.safetensors");
  const means: number[] = [];
  await train({
    env: "CartPole-v1",
    steps: 1024,
    numEnvs: 2,
    rolloutSteps: 64,
    evalEvery: 128,
    evalEpisodes: 3,
    learningRate: 3e-2,
    callbacks: [
      bestModel(path),
      {
        name: "means",
        onEvaluation(_, { mean }) {
          means.push(mean);
        },
      },
    ],
  });
  expect(means.length).toBe(8);
  const best = JSON.parse(await readFile(`${path}.json`, "utf8")) as BestModel;
  const at = means.indexOf(Math.max(...means));
  expect(best).toMatchObject({ steps: 128 * (at + 1), mean: means[at] });
  expect((await loadCheckpoint(path)).progress.steps).toBe(best.steps);

  const { settings, env, progress, tensors } = await loadCheckpoint(path);
  const evaluated = async (steps: number, mean: number, resumed: boolean): Promise<number> => {
    const callback = bestModel(path);
    const context = {
      steps,
      checkpoint: async () => ({ settings, env, progress: { ...progress, steps }, tensors }),
    } as unknown as TrainingContext;
    await callback.onStart?.({ ...context, steps: resumed ? steps - 1 : 0 } as TrainingContext);
    await callback.onEvaluation?.(context, { mean, std: 0, episodes: 1 } as Evaluation);
    return (await loadCheckpoint(path)).progress.steps;
  };
  expect(await evaluated(2000, best.mean, true)).toBe(best.steps);
  expect(await evaluated(3000, best.mean + 1, true)).toBe(3000);
  expect(await evaluated(4000, best.mean, false)).toBe(4000); // a new run has nothing to beat
});
