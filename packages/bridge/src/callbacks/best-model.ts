import { saveCheckpoint } from "../training/checkpoint.ts";
import { type Callback, defineCallback } from "./callback.ts";

/** What {@link bestModel} writes beside the checkpoint. */
export interface BestModel {
  /** Environment steps after which it was evaluated. */
  readonly steps: number;
  /** Mean return of that evaluation. */
  readonly mean: number;
  readonly std: number;
  readonly episodes: number;
}

/**
 * Keeps the checkpoint whose evaluation has the highest mean return so far at `path`, and that evaluation as
 * {@link BestModel} in `path.json`, by which a resumed run knows what to beat. Needs evaluations during training
 * (`evalEvery`); of equal ones the first stays. Node only.
 */
export function bestModel(path: string): Callback {
  const summary = `${path}.json`;
  let best = Number.NEGATIVE_INFINITY;
  return defineCallback({
    name: "bestModel",
    async onStart({ steps }) {
      best = Number.NEGATIVE_INFINITY;
      const { readFile } = await import("node:fs/promises");
      const text = await readFile(summary, "utf8").catch(() => null);
      if (text === null || steps === 0) return;
      const saved = JSON.parse(text) as BestModel;
      if (saved.steps <= steps) best = saved.mean;
    },
    async onEvaluation(context, { mean, std, episodes }) {
      if (mean <= best) return;
      best = mean;
      const { default: writeFileAtomic } = await import("write-file-atomic");
      await saveCheckpoint(path, await context.checkpoint());
      const record: BestModel = { steps: context.steps, mean, std, episodes };
      await writeFileAtomic(summary, `${JSON.stringify(record)}\n`);
    },
  });
}
