import type { ComparedMode, ComparedRun } from "@gradbridge/bridge";

/** Mean and standard deviation (÷ n − 1) over seeds. */
export interface Spread {
  readonly mean: number;
  readonly std: number;
}

/** One mode, over all its seeds. `compare --json` prints these. */
export interface ModeSummary {
  readonly mode: string;
  readonly apply: string;
  readonly anchor: string;
  readonly seeds: readonly number[];
  /** Mean return of each seed's evaluation, over seeds; null where none was asked for. */
  readonly evaluation: Spread | null;
  /** Median over all updates of all seeds. */
  readonly millisecondsPerUpdate: number;
  /** Of the parameter gradient with the one of `seed`, after each update: mean over all updates of all seeds. */
  readonly cosine: number;
  /** The lowest of them. */
  readonly lowestCosine: number;
  /** Norm of the parameter gradient ÷ norm of the one of `seed`: mean over all updates of all seeds. */
  readonly normRatio: number;
}

/** One summary for each mode, in the order of the runs. */
export function summarize(runs: readonly ComparedRun[]): ModeSummary[] {
  return modesOf(runs).map((mode) => {
    const own = runs.filter((run) => run.mode === mode);
    const updates = own.flatMap((run) => run.updates);
    const evaluated = own.flatMap(({ evaluation }) => (evaluation === null ? [] : [evaluation.mean]));
    const cosines = updates.map(({ cosine }) => cosine).filter(Number.isFinite);
    return {
      mode: mode.name,
      apply: mode.apply,
      anchor: mode.anchor,
      seeds: own.map(({ seed }) => seed),
      evaluation: evaluated.length === 0 ? null : spreadOf(evaluated),
      millisecondsPerUpdate: 1000 * median(updates.map(({ seconds }) => seconds)),
      cosine: spreadOf(cosines).mean,
      lowestCosine: Math.min(...cosines),
      normRatio: spreadOf(updates.map(({ normRatio }) => normRatio).filter(Number.isFinite)).mean,
    };
  });
}

/** The modes that were compared, in the order of the runs. */
export function modesOf(runs: readonly ComparedRun[]): ComparedMode[] {
  return [...new Set(runs.map(({ mode }) => mode))];
}

/** Mean and standard deviation; the latter is 0 for one number. */
export function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
