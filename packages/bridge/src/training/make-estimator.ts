import type { Schedule } from "@gradbridge/core";
import type { Estimator } from "../estimators/estimator.ts";
import { estimators } from "../estimators/registry.ts";
import { type ScheduleShape, scheduleOf } from "./schedules.ts";
import type { TrainSettings } from "./settings.ts";

/** The named estimator with the options that the settings hold. */
export function makeEstimator(settings: TrainSettings): Estimator {
  const { estimator, gamma, lambda, valueCoefficient, normalizeAdvantage, baseline, temperature } = settings;
  const entropy = numberOrSchedule(settings.entropySchedule, settings.entropy);
  const clip = numberOrSchedule(settings.clipSchedule, settings.clip);
  const group = settings.groupSize === null ? {} : { groupSize: settings.groupSize };
  const critic = { gamma, lambda, entropy, valueCoefficient };
  switch (estimator) {
    case "ppo": {
      const limit = settings.valueClip === null ? {} : { valueClip: settings.valueClip };
      return estimators.ppo({ ...critic, clip, normalizeAdvantage, ...limit });
    }
    case "reinforce":
      return estimators.reinforce({ gamma, entropy, baseline, normalize: normalizeAdvantage });
    case "actorCritic":
      return estimators.actorCritic({ ...critic, normalizeAdvantage });
    case "rloo":
      return estimators.rloo({ gamma, entropy, ...group });
    case "grpo":
      return estimators.grpo({ gamma, entropy, clip, ...group });
    case "vtrace":
      return estimators.vtrace(critic);
    case "awr":
      return estimators.awr({ ...critic, temperature, normalizeAdvantage });
    case "naturalGradient":
      return estimators.naturalGradient({ ...critic, normalizeAdvantage });
    default:
      return estimator satisfies never;
  }
}

function numberOrSchedule(shape: ScheduleShape, start: number): number | Schedule {
  return shape === "constant" ? start : scheduleOf(shape, start);
}
