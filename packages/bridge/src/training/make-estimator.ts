import { constantSchedule, linearSchedule } from "@gradbridge/core";
import type { Estimator } from "../estimators/estimator.ts";
import { estimators } from "../estimators/registry.ts";
import type { TrainSettings } from "./settings.ts";

/** The named estimator with the options that the settings hold. */
export function makeEstimator(settings: TrainSettings): Estimator {
  const { estimator, gamma, lambda, entropy, valueCoefficient, clip, clipSchedule } = settings;
  switch (estimator) {
    case "ppo": {
      const schedule = clipSchedule === "linear" ? linearSchedule(clip) : constantSchedule(clip);
      return estimators.ppo({ gamma, lambda, entropy, valueCoefficient, clip: schedule }) as Estimator;
    }
    case "reinforce":
      return estimators.reinforce({ gamma, entropy }) as Estimator;
    default:
      return estimator satisfies never;
  }
}
