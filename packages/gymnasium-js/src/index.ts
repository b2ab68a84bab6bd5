export { type CheckEnvOptions, checkEnv } from "./checking/check-env.ts";
export { dataEquivalence } from "./checking/data-equivalence.ts";
export { checkSpace, type SpaceRole } from "./checking/passive-checks.ts";
export {
  Env,
  type EnvMetadata,
  type Info,
  NO_INFO,
  type RenderFrame,
  type ResetOptions,
  type ResetResult,
  type RgbFrame,
  type StepBatch,
  type StepResult,
} from "./env.ts";
export type { EnvironmentTypes } from "./environments/built-in-specs.ts";
export { AcrobotEnv, type AcrobotKwargs } from "./environments/classic-control/acrobot.ts";
export type { AcrobotEquations } from "./environments/classic-control/acrobot-dynamics.ts";
export { AcrobotVectorEnv, type AcrobotVectorKwargs } from "./environments/classic-control/acrobot-vector.ts";
export { CartPoleEnv, type CartPoleKwargs } from "./environments/classic-control/cart-pole.ts";
export {
  CartPoleVectorEnv,
  type CartPoleVectorKwargs,
} from "./environments/classic-control/cart-pole-vector.ts";
export {
  ClassicControlVectorEnv,
  type ClassicControlVectorKwargs,
  type StartBounds,
} from "./environments/classic-control/classic-control-vector.ts";
export { MountainCarEnv, type MountainCarKwargs } from "./environments/classic-control/mountain-car.ts";
export {
  MountainCarContinuousEnv,
  type MountainCarContinuousKwargs,
} from "./environments/classic-control/mountain-car-continuous.ts";
export {
  MountainCarContinuousVectorEnv,
  type MountainCarContinuousVectorKwargs,
} from "./environments/classic-control/mountain-car-continuous-vector.ts";
export {
  MountainCarVectorEnv,
  type MountainCarVectorKwargs,
} from "./environments/classic-control/mountain-car-vector.ts";
export { PendulumEnv, type PendulumKwargs } from "./environments/classic-control/pendulum.ts";
export {
  PendulumVectorEnv,
  type PendulumVectorKwargs,
} from "./environments/classic-control/pendulum-vector.ts";
export {
  BlackjackEnv,
  type BlackjackKwargs,
  type BlackjackObservation,
} from "./environments/toy-text/blackjack.ts";
export { CliffWalkingEnv, type CliffWalkingKwargs } from "./environments/toy-text/cliff-walking.ts";
export { FrozenLakeEnv, type FrozenLakeKwargs } from "./environments/toy-text/frozen-lake.ts";
export {
  FROZEN_LAKE_MAPS,
  type FrozenLakeMapName,
  generateRandomMap,
} from "./environments/toy-text/frozen-lake-maps.ts";
export { TabularEnv } from "./environments/toy-text/tabular-env.ts";
export { TaxiEnv, type TaxiKwargs } from "./environments/toy-text/taxi.ts";
export type { Outcome, TransitionTable } from "./environments/toy-text/transition-table.ts";
export { GymnasiumError, type GymnasiumErrorCode } from "./errors.ts";
export type { JsonValue } from "./json.ts";
export { type EnvId, formatEnvId, parseEnvId } from "./registration/env-id.ts";
export {
  type EnvCreator,
  EnvSpec,
  type EnvSpecFields,
  type Kwargs,
  type VectorEnvCreator,
  type WrapperSpec,
} from "./registration/env-spec.ts";
export { type MakeOptions, make, makeAsync } from "./registration/make.ts";
export {
  type AsyncVectorOf,
  type MakeAsyncVecOptions,
  type MakeVecOptions,
  makeVec,
  type VectorizationMode,
  type VectorOf,
} from "./registration/make-vec.ts";
export {
  type PprintOptions,
  pprintRegistry,
  register,
  registry,
  spec,
  withNamespace,
} from "./registration/registry.ts";
export { AnimatedGif, type GifModule } from "./rendering/animated-gif.ts";
export {
  type Canvas2D,
  type CanvasFactory,
  type CanvasPixels,
  setCanvasFactory,
} from "./rendering/canvas.ts";
export { Painter, type Point, paintFrame } from "./rendering/painter.ts";
export { renderByMode } from "./rendering/render-by-mode.ts";
export {
  cappedCubicVideoSchedule,
  type RecordVideoOptions,
  type VideoTrigger,
} from "./rendering/video-recorder.ts";
export { requireState } from "./saved-state.ts";
export type { Seed } from "./seeding.ts";
export { batchSpace } from "./spaces/batch-space.ts";
export { Box, type BoxOptions } from "./spaces/box.ts";
export { Dict, type DictBatch, type DictElement, type DictOptions, type Spaces } from "./spaces/dict.ts";
export { Discrete, type DiscreteOptions } from "./spaces/discrete.ts";
export type { DType, NumericArray, TypedArrayOf } from "./spaces/dtype.ts";
export {
  Graph,
  type GraphFeature,
  type GraphInstance,
  type GraphMask,
  type GraphOptions,
  type GraphSampleOptions,
} from "./spaces/graph.ts";
export type { Mask, Probability } from "./spaces/mask.ts";
export { MultiBinary, type MultiBinaryOptions } from "./spaces/multi-binary.ts";
export { MultiDiscrete, type MultiDiscreteOptions } from "./spaces/multi-discrete.ts";
export type { NestedNumbers, NestedOf } from "./spaces/numbers.ts";
export { OneOf, type OneOfElement, type OneOfOptions } from "./spaces/one-of.ts";
export {
  Sequence,
  type SequenceElement,
  type SequenceMask,
  type SequenceOptions,
} from "./spaces/sequence.ts";
export { type BatchOf, type ElementOf, Space, type SpaceJson, type SpaceSeed } from "./spaces/space.ts";
export { spaceFromJSON } from "./spaces/space-from-json.ts";
export { Text, type TextOptions } from "./spaces/text.ts";
export { Tuple, type TupleBatch, type TupleElement, type TupleOptions } from "./spaces/tuple.ts";
export { AsyncVectorEnv } from "./vector/async/async-vector-env.ts";
export { AsyncVectorEnvError } from "./vector/async/async-vector-env-error.ts";
export type {
  AsyncCloseOptions,
  AsyncVectorEnvOptions,
  WaitOptions,
} from "./vector/async/async-vector-env-options.ts";
export type { EnvFailure } from "./vector/async/protocol.ts";
export { SyncVectorEnv, type SyncVectorEnvOptions } from "./vector/sync-vector-env.ts";
export {
  AUTORESET_MODES,
  type AutoresetMode,
  InProcessVectorEnv,
  type MaybePromise,
  type VectorActions,
  VectorEnv,
  type VectorInfo,
  type VectorResetOptions,
  type VectorResetResult,
  type VectorStepResult,
} from "./vector/vector-env.ts";
export {
  VectorActionWrapper,
  VectorObservationWrapper,
  VectorRewardWrapper,
  VectorWrapper,
  whenReady,
} from "./vector/vector-wrapper.ts";
export { setWarningHandler, type WarningHandler } from "./warning.ts";
export { ActionWrapper, ObservationWrapper, RewardWrapper, Wrapper } from "./wrapper.ts";
export { AddRenderObservation } from "./wrappers/add-render-observation.ts";
export { Autoreset } from "./wrappers/autoreset.ts";
export { registerWrapper, type WrapperCreator } from "./wrappers/built-in-wrappers.ts";
export { ClipAction } from "./wrappers/clip-action.ts";
export { ClipReward } from "./wrappers/clip-reward.ts";
export { DelayObservation } from "./wrappers/delay-observation.ts";
export { DiscretizeAction } from "./wrappers/discretize-action.ts";
export { DiscretizeObservation } from "./wrappers/discretize-observation.ts";
export { DtypeObservation } from "./wrappers/dtype-observation.ts";
export { FilterObservation } from "./wrappers/filter-observation.ts";
export { FlattenObservation } from "./wrappers/flatten-observation.ts";
export { FrameStackObservation, type FrameStackOptions } from "./wrappers/frame-stack-observation.ts";
export { GrayscaleObservation } from "./wrappers/grayscale-observation.ts";
export { MaxAndSkipObservation } from "./wrappers/max-and-skip-observation.ts";
export { NormalizeObservation } from "./wrappers/normalize-observation.ts";
export { NormalizeReward } from "./wrappers/normalize-reward.ts";
export { OrderEnforcing } from "./wrappers/order-enforcing.ts";
export { PassiveEnvChecker } from "./wrappers/passive-env-checker.ts";
export { type EpisodeStatistics, RecordEpisodeStatistics } from "./wrappers/record-episode-statistics.ts";
export { RecordVideo } from "./wrappers/record-video.ts";
export { RenderCollection } from "./wrappers/render-collection.ts";
export { RepeatAction } from "./wrappers/repeat-action.ts";
export { RescaleAction } from "./wrappers/rescale-action.ts";
export { type RescaledBox, rescaleBox } from "./wrappers/rescale-box.ts";
export { RescaleObservation } from "./wrappers/rescale-observation.ts";
export { ReshapeObservation } from "./wrappers/reshape-observation.ts";
export { ResizeObservation } from "./wrappers/resize-observation.ts";
export { RunningMeanStd } from "./wrappers/running-mean-std.ts";
export { StickyAction } from "./wrappers/sticky-action.ts";
export { TimeAwareObservation, type TimeAwareOptions } from "./wrappers/time-aware-observation.ts";
export { TimeLimit } from "./wrappers/time-limit.ts";
export { TransformAction } from "./wrappers/transform-action.ts";
export { TransformObservation } from "./wrappers/transform-observation.ts";
export { TransformReward } from "./wrappers/transform-reward.ts";
export { VectorDictInfoToList } from "./wrappers/vector/dict-info-to-list.ts";
export { VectorNormalizeObservation, VectorNormalizeReward } from "./wrappers/vector/normalize.ts";
export { VectorRecordEpisodeStatistics } from "./wrappers/vector/record-episode-statistics.ts";
export { VectorRecordVideo, type VectorRecordVideoOptions } from "./wrappers/vector/record-video.ts";
export {
  VectorTransformAction,
  VectorTransformObservation,
  VectorTransformReward,
} from "./wrappers/vector/transform.ts";
export {
  VectorizeTransformAction,
  VectorizeTransformObservation,
  VectorizeTransformReward,
} from "./wrappers/vector/vectorize.ts";
export { zeroElement } from "./wrappers/zero-element.ts";
