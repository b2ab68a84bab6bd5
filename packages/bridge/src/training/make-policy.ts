import { actorCritic, type Policy } from "@gradbridge/policy";
import type { Generator } from "@gradbridge/random";
import type { Space } from "gymnasium-js";
import { normalizedPolicy } from "../rollouts/normalized-policy.ts";
import { ObservationNormalizer } from "../rollouts/observation-normalizer.ts";
import { type ActionHeadOptions, actionDecoder, observationEncoder } from "../rollouts/spaces.ts";
import type { TrainSettings } from "./settings.ts";

/** What a policy sees and does: any single environment is one. */
export interface PolicySpaces {
  readonly observationSpace: Space;
  readonly actionSpace: Space;
}

/** The settings that a policy depends on. */
export type PolicySettings = Pick<
  TrainSettings,
  "hidden" | "activation" | "initialLogStd" | "logStd" | "squash" | "noiseEvery" | "normalizeObservation"
>;

/**
 * The policy that `train` makes for these spaces and settings: an `actorCritic`, which normalises observations where the
 * settings say so. With {@link restorePolicy} it is the
 * policy of a checkpoint: `restorePolicy(makePolicy(env, checkpoint.settings), checkpoint)`.
 * @param generator where the initial weights are drawn; default `generator(0)`
 * @throws code `space` for spaces that no policy takes.
 */
export function makePolicy(
  { observationSpace, actionSpace }: PolicySpaces,
  settings: PolicySettings,
  generator?: Generator,
): Policy {
  const { hidden, activation, normalizeObservation } = settings;
  const observationSize = observationEncoder(observationSpace).size;
  const policy = actorCritic({
    observationSize,
    head: actionDecoder(actionSpace, headOptions(settings)).head,
    hidden,
    activation,
    ...(generator === undefined ? {} : { generator }),
  });
  return normalizeObservation ? normalizedPolicy(policy, new ObservationNormalizer(observationSize)) : policy;
}

/** Exploration that depends on the state has no other options; giving them is refused with an explanation. */
function headOptions({ initialLogStd, logStd, squash, noiseEvery }: PolicySettings): ActionHeadOptions {
  if (noiseEvery === null) return { initialLogStd, logStd, squash };
  return {
    initialLogStd,
    noiseEvery,
    ...(squash && { squash }),
    ...(logStd !== "parameter" && { logStd }),
  };
}
