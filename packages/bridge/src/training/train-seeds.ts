import type { Env } from "gymnasium-js";
import type { Callback } from "../callbacks/callback.ts";
import { checkSeeds } from "./check-seeds.ts";
import { type TrainConfig, type TrainResult, train } from "./train.ts";

/** What to train once for each seed. */
export interface TrainSeedsConfig
  extends Omit<TrainConfig, "env" | "seed" | "policy" | "callbacks" | "resume"> {
  /** Every run makes its own environments. */
  readonly env: string | (() => Env);
  /** One run for each, in this order. */
  readonly seeds: readonly number[];
  /** The callbacks of one seed's run: callbacks keep state, so each run gets its own. */
  readonly callbacks?: (seed: number) => readonly Callback[];
}

/** Runs that differ in their seed alone. */
export interface TrainSeedsResult {
  /** In the order of the seeds; fewer where the signal ended training. */
  readonly runs: readonly TrainResult[];
  /** Over the runs' mean returns; null where none was evaluated. */
  readonly evaluation: SeedsEvaluation | null;
}

/** The evaluations of several runs. */
export interface SeedsEvaluation {
  /** How many runs were evaluated. */
  readonly runs: number;
  /** Mean over the runs of their mean returns. */
  readonly mean: number;
  /** Sample standard deviation (÷ n − 1) over the runs of their mean returns; 0 for one run. */
  readonly std: number;
}

/**
 * Trains once for each seed, one run after the other.
 * @throws code `settings` for no seeds, or one twice; as `train` for everything else.
 */
export async function trainSeeds(config: TrainSeedsConfig): Promise<TrainSeedsResult> {
  const { seeds, callbacks, ...rest } = config;
  checkSeeds("trainSeeds", seeds, rest.env);
  const runs: TrainResult[] = [];
  for (const seed of seeds) {
    if (rest.signal?.aborted) break;
    const own = callbacks === undefined ? {} : { callbacks: callbacks(seed) };
    runs.push(await train({ ...rest, seed, ...own }));
  }
  return { runs, evaluation: evaluationOf(runs) };
}

function evaluationOf(runs: readonly TrainResult[]): SeedsEvaluation | null {
  const means = runs.flatMap(({ evaluation }) => (evaluation === null ? [] : [evaluation.mean]));
  const count = means.length;
  if (count === 0) return null;
  const mean = means.reduce((sum, value) => sum + value, 0) / count;
  const squares = means.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { runs: count, mean, std: count === 1 ? 0 : Math.sqrt(squares / (count - 1)) };
}
