/**
 * Every kernel that the `wasm` device calls. One line per family; the JavaScript side is `src/devices/wasm`.
 *
 * `@inline` before a function is AssemblyScript, not TypeScript: the `@ts-ignore: decorator` above each is for editors,
 * which know decorators on classes alone.
 */
export { constantsEnd, layoutAddress, scratchBytes, useScratch } from "./scratch";
export { awaited, controlBytes, stopThreads, useThread } from "./threads";
export { programsShared, runSerial, runShared, work } from "./program";
export { unaryFloat, unaryInteger } from "./unary";
export { binaryContiguous, binaryRows, binaryScalarFloat, binaryScalarInteger, binaryTiled } from "./binary";
export { whereContiguous, whereTiled } from "./where";
export { chain } from "./chain";
export { reduceFloat, reduceInteger } from "./reduce";
export { sumOfSquares } from "./sum";
export { cumsumFloat, cumsumInteger } from "./cumsum";
export { matmulFloat } from "./matmul";
export { matmulInteger } from "./matmul-integer";
export { copyBytes, fillBits, castToFloat, castToInteger } from "./movement";
export { gatherElements, gatherSlices, scatterAddElements, scatterAddSlices } from "./movement";
export { copyPlane, copyStrided } from "./copy";
export { softmaxFloat } from "./softmax";
export { adamFloat, adamFromTable, sgdFloat, sgdMomentumFloat } from "./optimizer";
