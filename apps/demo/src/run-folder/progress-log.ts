import { readFile } from "node:fs/promises";
import type { EvaluationPoint, TrainingPoint } from "../learning-curve/learning-curve-chart.ts";

/** The points of a run's learning curve, in order. */
export interface ProgressLog {
  readonly training: readonly TrainingPoint[];
  readonly evaluations: readonly EvaluationPoint[];
}

/** A line of `progress.jsonl`, as far as it matters here. */
type Line =
  | { readonly type: "update"; readonly steps: number; readonly returnMean: number | null }
  | ({ readonly type: "evaluation" } & EvaluationPoint);

/** Reads `progress.jsonl`: updates after the first finished episode, and evaluations. No file is an empty log. */
export async function readProgressLog(path: string): Promise<ProgressLog> {
  const text = await readFile(path, "utf8").catch(() => "");
  const training: TrainingPoint[] = [];
  const evaluations: EvaluationPoint[] = [];
  for (const line of text.split("\n").flatMap(parsed)) {
    if (line.type === "evaluation") evaluations.push(line);
    else if (line.returnMean !== null) training.push({ steps: line.steps, returnMean: line.returnMean });
  }
  return { training, evaluations };
}

/** The line, or none where a crash cut it short. */
function parsed(line: string): Line[] {
  try {
    return [JSON.parse(line) as Line];
  } catch {
    return [];
  }
}
