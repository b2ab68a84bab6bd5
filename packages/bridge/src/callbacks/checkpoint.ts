import { GradbridgeError } from "@gradbridge/core";
import { saveCheckpoint } from "../training/checkpoint.ts";
import { type Callback, defineCallback, type TrainingContext } from "./callback.ts";

/**
 * Saves a checkpoint to `path` every `every` updates (default 50) and when the run ends, except where it failed: then
 * the last good one stays.
 * @throws code `option` where `every` is no positive integer.
 */
export function checkpoint(path: string, options: { readonly every?: number } = {}): Callback {
  const { every = 50 } = options;
  if (!Number.isInteger(every) || every < 1) {
    throw new GradbridgeError("option", `checkpoint: every must be a positive integer, got ${every}.`);
  }
  const save = async (context: TrainingContext): Promise<void> => {
    await saveCheckpoint(path, await context.checkpoint());
    context.lastCheckpoint = path;
  };
  return defineCallback({
    name: "checkpoint",
    async onUpdate(context) {
      if (context.update % every === 0) await save(context);
    },
    async onEnd(context, { reason }) {
      if (reason !== "failed") await save(context);
    },
  });
}
