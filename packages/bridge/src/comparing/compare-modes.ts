import type { Env } from "gymnasium-js";
import type { ApplyMode } from "../applying/apply-delta.ts";
import { type Callback, defineCallback } from "../callbacks/callback.ts";
import type { Evaluation } from "../evaluation/evaluate.ts";
import { checkSeeds } from "../training/check-seeds.ts";
import { type TrainConfig, train } from "../training/train.ts";
import { type GradientAgreement, gradientAgreement, parameterGradient } from "./parameter-gradient.ts";

/** A way of applying δ that is compared with the others. */
export interface ComparedMode {
  readonly name: string;
  readonly apply: ApplyMode;
  readonly anchor: "current" | "behavior";
}

/** Every mode, the surrogate once around y itself and once around the outputs that acted. */
export const comparedModes: readonly ComparedMode[] = [
  { name: "seed", apply: "seed", anchor: "current" },
  { name: "surrogate", apply: "surrogate", anchor: "current" },
  { name: "surrogate, behavior", apply: "surrogate", anchor: "behavior" },
  { name: "inner", apply: "inner", anchor: "current" },
];

/** One update of a compared run. */
export interface ComparedUpdate extends GradientAgreement {
  readonly steps: number;
  /** Mean return of the last 100 training episodes; null before the first. */
  readonly returnMean: number | null;
  /** Seconds that this rollout and learning from it took. */
  readonly seconds: number;
}

/** One training run in one mode. */
export interface ComparedRun {
  readonly mode: ComparedMode;
  readonly seed: number;
  readonly updates: readonly ComparedUpdate[];
  /** At the end, deterministic; null where none was asked for. */
  readonly evaluation: Evaluation | null;
}

/** What to compare. Everything that `train` takes, but for what differs between the runs. */
export interface ComparisonConfig
  extends Omit<TrainConfig, "env" | "apply" | "anchor" | "seed" | "resume" | "policy"> {
  /** Every run makes its own environments. */
  readonly env: string | (() => Env);
  readonly seeds: readonly number[];
  /** Default {@link comparedModes}. */
  readonly modes?: readonly ComparedMode[];
  /** Called after each run. */
  readonly onRun?: (run: ComparedRun) => void;
}

/**
 * Trains once in every mode with every seed, the modes side by side within a seed. After each update, when the policy
 * has moved away from the outputs that acted, the parameter gradient that the run's own mode gives for the rollout is
 * compared with the one of `seed`, at the same parameters.
 *
 * A run that its `signal` aborts ends the comparison with the runs finished before.
 * @throws code `settings` for no seeds, or one twice; `env` for a vector environment; as `train` for everything else.
 */
export async function compareModes(config: ComparisonConfig): Promise<ComparedRun[]> {
  const { seeds, modes = comparedModes, onRun, callbacks = [], ...training } = config;
  checkSeeds("compareModes", seeds, config.env);
  const runs: ComparedRun[] = [];
  for (const seed of seeds) {
    for (const mode of modes) {
      const updates: ComparedUpdate[] = [];
      const { apply, anchor } = mode;
      const { evaluation, reason } = await train({
        ...training,
        seed,
        apply,
        anchor,
        callbacks: [...callbacks, gradientWatch(mode, updates)],
      });
      if (reason === "aborted") return runs;
      const run = { mode, seed, updates, evaluation };
      runs.push(run);
      onRun?.(run);
    }
  }
  return runs;
}

/** Adds what each update did to `updates`. */
function gradientWatch({ apply, anchor }: ComparedMode, updates: ComparedUpdate[]): Callback {
  let secondsBefore = 0;
  return defineCallback({
    name: "gradientWatch",
    async onUpdate({ learned, settings }, { steps, returnMean, seconds }) {
      const progress = Math.min(1, steps / settings.steps);
      const own = await parameterGradient(learned!, { mode: apply, anchor }, progress);
      const seed = await parameterGradient(learned!, { mode: "seed" }, progress);
      updates.push({
        steps,
        returnMean,
        seconds: seconds - secondsBefore,
        ...gradientAgreement(own, seed),
      });
      secondsBefore = seconds;
    },
  });
}
