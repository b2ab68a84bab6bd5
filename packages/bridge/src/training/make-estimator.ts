import type { Schedule } from "@gradbridge/core";
import type { Estimator } from "../estimators/estimator.ts";
import { estimators } from "../estimators/registry.ts";
import { type ScheduleShape, scheduleOf } from "./schedules.ts";
import type { TrainSettings } from "./settings.ts";

/** The named estimator with the options that the settings hold. */
export function makeEstimator(settings: TrainSettings): Estimator {
  const { estimator, gamma, lambda, valueCoefficient } = settings;
  const entropy = numberOrSchedule(settings.entropySchedule, settings.entropy);
  const clip = numberOrSchedule(settings.clipSchedule, settings.clip);
  switch (estimator) {
    case "ppo":
      return estimators.ppo({ gamma, lambda, entropy, valueCoefficient, clip }) as Estimator;
    case "reinforce":
      return estimators.reinforce({ gamma, entropy }) as Estimator;
    default:
      return estimator satisfies never;
  }
}

function numberOrSchedule(shape: ScheduleShape, start: number): number | Schedule {
  return shape === "constant" ? start : scheduleOf(shape, start);
}
