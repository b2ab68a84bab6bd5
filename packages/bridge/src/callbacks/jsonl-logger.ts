import { type Callback, defineCallback } from "./callback.ts";

/**
 * Appends one JSON object per update (`"type": "update"`) and per evaluation (`"type": "evaluation"`) to a file. Where
 * a run is resumed, lines from after its checkpoint are dropped first, so that none is there twice. Folders on the way to it are made. Node only.
 */
export function jsonlLogger(path: string): Callback {
  let pending: string[] = [];
  const flush = async (): Promise<void> => {
    if (pending.length === 0) return;
    const text = pending.join("");
    pending = [];
    const { appendFile } = await import("node:fs/promises");
    await appendFile(path, text);
  };
  const write = (record: object): void => {
    pending.push(`${JSON.stringify(record)}\n`);
  };
  return defineCallback({
    name: "jsonlLogger",
    async onStart(context) {
      const [{ mkdir }, { dirname }] = await Promise.all([import("node:fs/promises"), import("node:path")]);
      await mkdir(dirname(path), { recursive: true });
      await keepUntil(path, context.steps);
    },
    async onUpdate(_, record) {
      write({ type: "update", ...record });
      if (pending.length >= 20) await flush();
    },
    async onEvaluation(context, { mean, std, episodes }) {
      write({ type: "evaluation", update: context.update, steps: context.steps, mean, std, episodes });
      await flush();
    },
    onEnd: flush,
  });
}

/** Drops the lines of steps after `steps`. */
async function keepUntil(path: string, steps: number): Promise<void> {
  const { readFile } = await import("node:fs/promises");
  const { default: writeFileAtomic } = await import("write-file-atomic");
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return;
  const kept = text.split("\n").filter((line) => {
    try {
      return line !== "" && (JSON.parse(line) as { steps: number }).steps <= steps && steps > 0;
    } catch {
      return false; // a line cut short by a crash
    }
  });
  await writeFileAtomic(path, kept.map((line) => `${line}\n`).join(""));
}
