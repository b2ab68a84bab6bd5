import type { ProgressRecord } from "./callback.ts";
import { type Callback, defineCallback } from "./callback.ts";
import { type EventRecord, eventRecord } from "./event-record.ts";

/**
 * Writes event files for TensorBoard into a folder, made where it is missing: every number of the log as `train/NAME`,
 * evaluations as `evaluation/mean` and `evaluation/std`, over environment steps. A resumed run writes another file; what
 * its forerunner wrote past the checkpoint is dropped by TensorBoard when it reads them. Node only.
 */
export function tensorboardLogger(folder: string): Callback {
  let path = "";
  let pending: Uint8Array[] = [];
  const write = (event: Omit<EventRecord, "wallTime">): void => {
    pending.push(eventRecord({ wallTime: Date.now() / 1000, ...event }));
  };
  const flush = async (): Promise<void> => {
    if (pending.length === 0) return;
    const bytes = Buffer.concat(pending);
    pending = [];
    const { appendFile } = await import("node:fs/promises");
    await appendFile(path, bytes);
  };
  return defineCallback({
    name: "tensorboardLogger",
    async onStart({ steps }) {
      const [{ mkdir }, { join }] = await Promise.all([import("node:fs/promises"), import("node:path")]);
      await mkdir(folder, { recursive: true });
      // TensorBoard reads the files of a folder in the order of their names
      path = join(folder, `events.out.tfevents.${(Date.now() / 1000).toFixed(3)}.gradbridge`);
      write({ fileVersion: "brain.Event:2" });
      write({ step: steps === 0 ? 0 : steps + 1, starts: true });
      await flush();
    },
    async onUpdate(_, record) {
      write({ step: record.steps, scalars: numbersOf(record) });
      if (pending.length >= 20) await flush();
    },
    async onEvaluation({ steps }, { mean, std }) {
      write({ step: steps, scalars: { "evaluation/mean": mean, "evaluation/std": std } });
      await flush();
    },
    onEnd: flush,
  });
}

function numbersOf({ steps: _steps, ...record }: ProgressRecord): Record<string, number> {
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) =>
      typeof value === "number" ? [[`train/${name}`, value] as const] : [],
    ),
  );
}
