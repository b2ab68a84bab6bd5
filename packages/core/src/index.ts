export { GradbridgeError } from "@gradbridge/random";
export { findNonFinite } from "./autograd/all-finite.ts";
export {
  type BackwardOptions,
  backward,
  type GradOptions,
  grad,
} from "./autograd/backward.ts";
export { checkGradient, checkSecondGradient, type GradientTolerance } from "./autograd/check-gradient.ts";
export { defineFunction, type FunctionDefinition } from "./autograd/custom.ts";
export { hessian, jacobian, jvp, vjp } from "./autograd/functional.ts";
export { detectAnomaly, enableGrad, noGrad } from "./autograd/mode.ts";
export { tidy } from "./autograd/tidy.ts";
export { type CompiledResult, compile } from "./compile/compile.ts";
export type { Backend, DeviceBuffer, Launch, LaunchedKernel, Program } from "./devices/backend.ts";
export type { ChainKernel, ChainOperand, ChainStep } from "./devices/chain.ts";
export {
  type CheckBackendOptions,
  type ConformanceReport,
  checkBackend,
} from "./devices/conformance/check-backend.ts";
export type { CustomKernel, CustomRun, KernelBuffers } from "./devices/custom-kernel.ts";
export type { Activation, Kernel, KernelKind } from "./devices/kernel.ts";
export { createReferenceBackend } from "./devices/reference/backend.ts";
export {
  type BackendDefinition,
  currentDevice,
  type DeviceInfo,
  type DeviceOptions,
  defineBackend,
  deviceNames,
  devices,
  onDevice,
  readsAtOnce,
  setDevice,
} from "./devices/registry.ts";
export {
  createWasmBackend,
  type WasmBackend,
  type WasmBackendOptions,
} from "./devices/wasm/backend.ts";
export { type WasmBuild, wasmBuilds } from "./devices/wasm/instance.ts";
export {
  createWebGpuBackend,
  type WebGpuBackend,
  type WebGpuBackendOptions,
  type WebGpuStatistics,
} from "./devices/webgpu/backend.ts";
export { DeviceError, DTypeError, ShapeError } from "./errors.ts";
export type { TensorMethods } from "./methods.ts";
export { type DefinedKernel, defineKernel, type KernelDefinition } from "./ops/define-kernel.ts";

import "./methods.ts";

export { bceLoss } from "./losses/bce-loss.ts";
export { type BceWithLogitsLossOptions, bceWithLogitsLoss } from "./losses/bce-with-logits-loss.ts";
export type { ClassLossOptions } from "./losses/class-targets.ts";
export { type CosineLossOptions, cosineLoss } from "./losses/cosine-loss.ts";
export { type CrossEntropyLossOptions, crossEntropyLoss } from "./losses/cross-entropy-loss.ts";
export { type GaussianNllLossOptions, gaussianNllLoss } from "./losses/gaussian-nll-loss.ts";
export { type HuberLossOptions, huberLoss } from "./losses/huber-loss.ts";
export { type KlDivLossOptions, klDivLoss } from "./losses/kl-div-loss.ts";
export { l1Loss } from "./losses/l1-loss.ts";
export type { LossOptions, Reduction, WeightedLossOptions } from "./losses/loss.ts";
export { mseLoss } from "./losses/mse-loss.ts";
export { nllLoss } from "./losses/nll-loss.ts";
export { type PoissonNllLossOptions, poissonNllLoss } from "./losses/poisson-nll-loss.ts";
export { rmseLoss } from "./losses/rmse-loss.ts";
export type { Binary, Operand } from "./ops/binary.ts";
export { concat, stack } from "./ops/concat.ts";
export type { Conv2dOptions } from "./ops/conv2d.ts";
export { einsum } from "./ops/einsum.ts";
export type { NormOptions } from "./ops/norm.ts";
export type { AvgPool2dOptions, Pool2dOptions } from "./ops/pool2d.ts";
export type { Axes, ReduceOptions } from "./ops/reduce.ts";
export * from "./ops/registry.ts";
export type { Unary } from "./ops/unary.ts";
export type { VarianceOptions } from "./ops/variance.ts";
export type { Pair } from "./ops/windows.ts";
export { type AdamOptions, adam, adamW } from "./optim/adam.ts";
export { clipGradNorm, gradNorm } from "./optim/clip-grad-norm.ts";
export type { Optimizer, OptimizerState } from "./optim/optimizer.ts";
export { type RmspropOptions, rmsprop } from "./optim/rmsprop.ts";
export { constantSchedule, cosineSchedule, linearSchedule, type Schedule } from "./optim/schedules.ts";
export { type SgdOptions, sgd } from "./optim/sgd.ts";
export { arange, eye, full, ones, type TensorOptions, tensor, zeros } from "./tensor/create.ts";
export type { DType, TypedArray } from "./tensor/dtype.ts";
export type { Shape } from "./tensor/shape.ts";
export { type GradientHook, isTensor, type NestedArray, Tensor } from "./tensor/tensor.ts";
