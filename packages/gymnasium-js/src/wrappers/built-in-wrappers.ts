import type { Env } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { closestMatch } from "../registration/closest-match.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import { AddRenderObservation } from "./add-render-observation.ts";
import { Autoreset } from "./autoreset.ts";
import { ClipAction } from "./clip-action.ts";
import { ClipReward } from "./clip-reward.ts";
import { DelayObservation } from "./delay-observation.ts";
import { DiscretizeAction } from "./discretize-action.ts";
import { DiscretizeObservation } from "./discretize-observation.ts";
import { DtypeObservation } from "./dtype-observation.ts";
import { FilterObservation } from "./filter-observation.ts";
import { FlattenObservation } from "./flatten-observation.ts";
import { FrameStackObservation } from "./frame-stack-observation.ts";
import { GrayscaleObservation } from "./grayscale-observation.ts";
import { MaxAndSkipObservation } from "./max-and-skip-observation.ts";
import { NormalizeObservation } from "./normalize-observation.ts";
import { NormalizeReward } from "./normalize-reward.ts";
import { OrderEnforcing } from "./order-enforcing.ts";
import { PassiveEnvChecker } from "./passive-env-checker.ts";
import { RecordEpisodeStatistics } from "./record-episode-statistics.ts";
import { RecordVideo } from "./record-video.ts";
import { RenderCollection } from "./render-collection.ts";
import { RepeatAction } from "./repeat-action.ts";
import { RescaleAction } from "./rescale-action.ts";
import { RescaleObservation } from "./rescale-observation.ts";
import { ReshapeObservation } from "./reshape-observation.ts";
import { ResizeObservation } from "./resize-observation.ts";
import { StickyAction } from "./sticky-action.ts";
import { TimeAwareObservation } from "./time-aware-observation.ts";
import { TimeLimit } from "./time-limit.ts";

/** Puts a wrapper around an environment, given the wrapper's arguments. */
export type WrapperCreator = (env: Env, ...args: JsonValue[]) => Env;

/** Makes a wrapper from the arguments of its spec; they were recorded by the wrapper itself. */
function creatorOf(wrapper: new (env: never, ...args: never[]) => Env): WrapperCreator {
  return (env, ...args) =>
    new (wrapper as unknown as new (env: Env, ...args: JsonValue[]) => Env)(env, ...args);
}

const creators: Map<string, WrapperCreator> = new Map(
  Object.entries({
    AddRenderObservation,
    Autoreset,
    ClipAction,
    ClipReward,
    DelayObservation,
    DiscretizeAction,
    DiscretizeObservation,
    DtypeObservation,
    FilterObservation,
    FlattenObservation,
    FrameStackObservation,
    GrayscaleObservation,
    MaxAndSkipObservation,
    NormalizeObservation,
    NormalizeReward,
    OrderEnforcing,
    PassiveEnvChecker,
    RecordEpisodeStatistics,
    RecordVideo,
    RenderCollection,
    RepeatAction,
    RescaleAction,
    RescaleObservation,
    ReshapeObservation,
    ResizeObservation,
    StickyAction,
    TimeAwareObservation,
    TimeLimit,
  }).map(([name, wrapper]) => [name, creatorOf(wrapper)]),
);

/** Makes a wrapper known by name, so that specs can hold it (`additionalWrappers`). */
export function registerWrapper(name: string, create: WrapperCreator): void {
  creators.set(name, create);
}

/**
 * Puts the wrapper of a spec around an environment.
 *
 * @throws GymnasiumError `unknown-wrapper` if the name is not registered or its arguments were not recorded.
 */
export function applyWrapper(env: Env, { name, args }: WrapperSpec): Env {
  const create = creators.get(name);
  if (create === undefined) {
    const suggestion = closestMatch(name, creators.keys());
    throw new GymnasiumError(
      "unknown-wrapper",
      `The wrapper ${name} is not registered; call registerWrapper first.${suggestion === null ? "" : ` Did you mean ${suggestion}?`}`,
    );
  }
  if (args === null) {
    throw new GymnasiumError(
      "unknown-wrapper",
      `The wrapper ${name} does not record its arguments (override wrapperSpec), so it cannot be made again.`,
    );
  }
  return create(env, ...args);
}
