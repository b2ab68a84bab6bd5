export {
  type ApplyMode,
  type ApplyOptions,
  type ApplyReport,
  applyDelta,
  applyModes,
} from "./applying/apply-delta.ts";
export {
  type ApplyMeasures,
  applyWarnings,
  type OutputMeasures,
} from "./applying/apply-report.ts";
export type { ClipOptions } from "./applying/clip-deltas.ts";
export { DeltaError, type DeltaPlace } from "./applying/delta-error.ts";
export type { Deltas } from "./applying/deltas.ts";
export type { Reduction } from "./applying/reduction.ts";
export { surrogateLoss } from "./applying/surrogate-loss.ts";
export { type BestModel, bestModel } from "./callbacks/best-model.ts";
export {
  type Callback,
  defineCallback,
  type LearnedFrom,
  type ProgressRecord,
  type TrainingContext,
  type TrainingEnd,
} from "./callbacks/callback.ts";
export { checkpoint } from "./callbacks/checkpoint.ts";
export { jsonlLogger } from "./callbacks/jsonl-logger.ts";
export { progressBar } from "./callbacks/progress-bar.ts";
export { stopOnReturn } from "./callbacks/stop-on-return.ts";
export { tensorboardLogger } from "./callbacks/tensorboard-logger.ts";
export {
  type ComparedMode,
  type ComparedRun,
  type ComparedUpdate,
  type ComparisonConfig,
  comparedModes,
  compareModes,
} from "./comparing/compare-modes.ts";
export {
  type GradientAgreement,
  gradientAgreement,
  parameterGradient,
} from "./comparing/parameter-gradient.ts";
export { checkRollout } from "./estimators/check-rollout.ts";
export {
  type CheckEstimatorOptions,
  checkEstimator,
  type EstimatorReport,
} from "./estimators/checking/check-estimator.ts";
export { EstimatorCheckError } from "./estimators/checking/estimator-check-error.ts";
export {
  type DeterministicGradientOptions,
  deterministicGradient,
} from "./estimators/deterministic-gradient.ts";
export {
  type Diagnostics,
  defineEstimator,
  type Estimator,
  type Minibatch,
  type RolloutTargets,
} from "./estimators/estimator.ts";
export { type ActorCriticOptions, actorCritic } from "./estimators/policy-gradient/actor-critic.ts";
export { type AwrOptions, awr } from "./estimators/policy-gradient/awr.ts";
export { type GrpoOptions, grpo } from "./estimators/policy-gradient/grpo.ts";
export {
  type NaturalGradientOptions,
  naturalGradient,
} from "./estimators/policy-gradient/natural-gradient.ts";
export { type PpoOptions, ppo } from "./estimators/policy-gradient/ppo.ts";
export { type ReinforceOptions, reinforce } from "./estimators/policy-gradient/reinforce.ts";
export { type RlooOptions, rloo } from "./estimators/policy-gradient/rloo.ts";
export { type VtraceOptions, vtrace } from "./estimators/policy-gradient/vtrace.ts";
export { type EstimatorName, estimators } from "./estimators/registry.ts";
export { type EvolutionOptions, evolution } from "./estimators/search/evolution.ts";
export { type FiniteDifferenceOptions, finiteDifference } from "./estimators/search/finite-difference.ts";
export type { Objective, OutputSpaceOptions } from "./estimators/search/output-space.ts";
export { type SpsaOptions, spsa } from "./estimators/search/spsa.ts";
export { type SupervisedOptions, supervised } from "./estimators/supervised.ts";
export { type EnvSource, type EvaluateOptions, type Evaluation, evaluate } from "./evaluation/evaluate.ts";
export {
  type ExternalEstimator,
  type ExternalEstimatorOptions,
  externalEstimator,
} from "./external/external-estimator.ts";
export type { ExternalRollout } from "./external/rollout-arrays.ts";
export { discountedReturns } from "./recurrences/discounted-returns.ts";
export { type Advantages, gae } from "./recurrences/gae.ts";
export type { Sequences } from "./recurrences/sequences.ts";
export {
  type OffPolicySequences,
  type VtraceCoefficients,
  type VtraceTargets,
  vtraceTargets,
} from "./recurrences/vtrace-targets.ts";
export { type CollectOptions, collect } from "./rollouts/collect.ts";
export { isNormalized, type NormalizedPolicy, normalizedPolicy } from "./rollouts/normalized-policy.ts";
export { ObservationNormalizer } from "./rollouts/observation-normalizer.ts";
export { RewardNormalizer } from "./rollouts/reward-normalizer.ts";
export type { Episode, Rollout, RolloutColumn, RolloutField, RolloutPosition } from "./rollouts/rollout.ts";
export {
  type Checkpoint,
  loadCheckpoint,
  type Progress,
  restorePolicy,
  saveCheckpoint,
} from "./training/checkpoint.ts";
export { makePolicy, type PolicySettings, type PolicySpaces } from "./training/make-policy.ts";
export type { TrainingEnv } from "./training/make-training-envs.ts";
export type { ScheduleShape } from "./training/schedules.ts";
export { defaultSettings, resolveSettings, settingsSchema, type TrainSettings } from "./training/settings.ts";
export { startDevice, type TrainConfig, type TrainResult, train } from "./training/train.ts";
export {
  type SeedsEvaluation,
  type TrainSeedsConfig,
  type TrainSeedsResult,
  trainSeeds,
} from "./training/train-seeds.ts";
