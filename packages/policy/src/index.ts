export { type ActorCriticOptions, actorCritic } from "./actor-critic.ts";
export type { ActionMask } from "./distributions/action-mask.ts";
export { Bernoulli } from "./distributions/bernoulli.ts";
export { Categorical } from "./distributions/categorical.ts";
export { DiagonalGaussian } from "./distributions/diagonal-gaussian.ts";
export type { ByOutput, Distribution, DistributionOptions } from "./distributions/distribution.ts";
export { MultiCategorical } from "./distributions/multi-categorical.ts";
export { SquashedGaussian } from "./distributions/squashed-gaussian.ts";
export {
  type ExplorationNoise,
  StateDependentGaussian,
  type StateDependentNoise,
} from "./distributions/state-dependent-gaussian.ts";
export { bernoulli } from "./families/bernoulli.ts";
export { categorical } from "./families/categorical.ts";
export { exponential } from "./families/exponential.ts";
export { defineFamily, type Family, type ScalarFamilyDefinition } from "./families/family.ts";
export { gamma } from "./families/gamma.ts";
export { gaussian } from "./families/gaussian.ts";
export { geometric } from "./families/geometric.ts";
export { inverseGaussian } from "./families/inverse-gaussian.ts";
export { negativeBinomial } from "./families/negative-binomial.ts";
export { poisson } from "./families/poisson.ts";
export { bernoulliHead } from "./heads/bernoulli-head.ts";
export { categoricalHead } from "./heads/categorical-head.ts";
export { type GaussianHeadOptions, gaussianHead, squashedGaussianHead } from "./heads/gaussian-head.ts";
export type { Head, HeadInstance } from "./heads/head.ts";
export { multiCategoricalHead } from "./heads/multi-categorical-head.ts";
export {
  type StateDependentGaussianHeadOptions,
  stateDependentGaussianHead,
} from "./heads/state-dependent-gaussian-head.ts";
export { type Conv2dLayerOptions, conv2d } from "./modules/conv2d.ts";
export { type Gru, gru } from "./modules/gru.ts";
export type { InitialOptions } from "./modules/initial-parameters.ts";
export { type LayerNormOptions, layerNorm } from "./modules/layer-norm.ts";
export { type LinearOptions, linear } from "./modules/linear.ts";
export { type HiddenActivation, type Mlp, type MlpOptions, mlp } from "./modules/mlp.ts";
export type { Module, OnnxModule, Parameterized } from "./modules/module.ts";
export { sequential } from "./modules/sequential.ts";
export { exportOnnx, serializeOnnx } from "./onnx/export-onnx.ts";
export { type OnnxAttributes, OnnxGraph, type OnnxSize, type OnnxValue } from "./onnx/onnx-graph.ts";
export type { ActOptions, OnnxOutputs, Policy, PolicyOutputs, PolicyStep } from "./policy.ts";
export { loadTensors, saveTensors } from "./saving/files.ts";
export { parseTensors, serializeTensors, type TensorFile } from "./saving/safetensors.ts";
