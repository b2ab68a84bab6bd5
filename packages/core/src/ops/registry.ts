/**
 * Every operation: one line here makes it a function of the package and a method of Tensor (its first argument
 * becomes `this`).
 */

export { abs } from "./abs.ts";
export { add } from "./add.ts";
export { affine } from "./affine.ts";
export { broadcastTo } from "./broadcast-to.ts";
export { cast } from "./cast.ts";
export { clamp } from "./clamp.ts";
export { equal, greater, greaterEqual, less, lessEqual, notEqual } from "./comparisons.ts";
export { onesLike, zerosLike } from "./constant-like.ts";
export { cos } from "./cos.ts";
export { cumsum } from "./cumsum.ts";
export { clone, detach } from "./detach.ts";
export { div } from "./div.ts";
export { erf } from "./erf.ts";
export { exp } from "./exp.ts";
export { expm1 } from "./expm1.ts";
export { argmax, argmin, max, min } from "./extremum.ts";
export { finite } from "./finite.ts";
export { floor } from "./floor.ts";
export { gather, indexSelect, scatterAdd } from "./gather.ts";
export { gelu } from "./gelu.ts";
export { log } from "./log.ts";
export { log1p } from "./log1p.ts";
export { matmul } from "./matmul.ts";
export { maximum, minimum } from "./maximum.ts";
export { mean } from "./mean.ts";
export { mul } from "./mul.ts";
export { neg } from "./neg.ts";
export { oneHot } from "./one-hot.ts";
export { pad } from "./pad.ts";
export { permute, transpose } from "./permute.ts";
export { pow } from "./pow.ts";
export { prod } from "./prod.ts";
export { reciprocal } from "./reciprocal.ts";
export { relu } from "./relu.ts";
export { reshape } from "./reshape.ts";
export { sigmoid } from "./sigmoid.ts";
export { sign } from "./sign.ts";
export { silu } from "./silu.ts";
export { sin } from "./sin.ts";
export { slice } from "./slice.ts";
export { logSoftmax, logsumexp, softmax } from "./softmax.ts";
export { softplus } from "./softplus.ts";
export { sqrt } from "./sqrt.ts";
export { square } from "./square.ts";
export { sub } from "./sub.ts";
export { sum } from "./sum.ts";
export { sumTo } from "./sum-to.ts";
export { tanh } from "./tanh.ts";
export { where } from "./where.ts";
