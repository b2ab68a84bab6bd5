/** Bytes from the start of linear memory. */
export type Address = number;

/**
 * The kernels of `assembly/index.ts`. Addresses and lengths are bytes and elements; `integer` and the other
 * flags are 0 or 1; op codes are positions in the lists of `kernel.ts`.
 */
export interface WasmKernels {
  unaryFloat(op: number, x: Address, y: Address, length: number): void;
  unaryInteger(op: number, x: Address, y: Address, length: number): void;
  binaryContiguous(
    integer: number,
    op: number,
    scalars: number,
    x: Address,
    y: Address,
    z: Address,
    length: number,
  ): void;
  binaryScalarFloat(op: number, scalars: number, x: Address, value: number, z: Address, length: number): void;
  binaryScalarInteger(
    op: number,
    scalars: number,
    x: Address,
    value: number,
    z: Address,
    length: number,
  ): void;
  binaryRows(
    integer: number,
    op: number,
    scalars: number,
    x: Address,
    xRow: number,
    y: Address,
    yRow: number,
    z: Address,
    rows: number,
    columns: number,
  ): void;
  binaryTiled(
    integer: number,
    op: number,
    x: Address,
    xKind: number,
    xPeriod: number,
    y: Address,
    yKind: number,
    yPeriod: number,
    z: Address,
    rank: number,
    length: number,
    tile: number,
  ): void;
  whereContiguous(condition: Address, x: Address, y: Address, out: Address, length: number): void;
  whereTiled(
    condition: Address,
    conditionKind: number,
    conditionPeriod: number,
    x: Address,
    xKind: number,
    xPeriod: number,
    y: Address,
    yKind: number,
    yPeriod: number,
    out: Address,
    rank: number,
    length: number,
    tile: number,
  ): void;
  reduceFloat(
    op: number,
    x: Address,
    y: Address,
    outer: number,
    axis: number,
    inner: number,
    row: number,
  ): void;
  reduceInteger(
    op: number,
    x: Address,
    y: Address,
    outer: number,
    axis: number,
    inner: number,
    row: number,
  ): void;
  cumsumFloat(x: Address, y: Address, outer: number, axis: number, inner: number, reverse: number): void;
  cumsumInteger(x: Address, y: Address, outer: number, axis: number, inner: number, reverse: number): void;
  matmulFloat(
    a: Address,
    b: Address,
    bias: Address,
    c: Address,
    batch: number,
    m: number,
    n: number,
    k: number,
    transposeA: number,
    transposeB: number,
    batchStrideA: number,
    batchStrideB: number,
    batchStrideC: number,
    aRow: number,
    bRow: number,
    cRow: number,
    activation: number,
  ): void;
  matmulInteger(
    a: Address,
    b: Address,
    bias: Address,
    c: Address,
    batch: number,
    m: number,
    n: number,
    k: number,
    transposeA: number,
    transposeB: number,
    batchStrideA: number,
    batchStrideB: number,
    activation: number,
  ): void;
  fillBits(y: Address, length: number, bits: number): void;
  castToInteger(x: Address, y: Address, length: number): void;
  castToFloat(x: Address, y: Address, length: number): void;
  copyBytes(x: Address, y: Address, bytes: number): void;
  copyPlane(
    x: Address,
    y: Address,
    rows: number,
    columns: number,
    xRow: number,
    xColumn: number,
    yRow: number,
    yColumn: number,
  ): void;
  copyStrided(x: Address, y: Address, rank: number): void;
  gatherSlices(
    x: Address,
    index: Address,
    y: Address,
    outer: number,
    axis: number,
    inner: number,
    count: number,
  ): void;
  gatherElements(
    x: Address,
    index: Address,
    y: Address,
    outer: number,
    axis: number,
    inner: number,
    count: number,
  ): void;
  scatterAddSlices(
    integer: number,
    x: Address,
    index: Address,
    y: Address,
    outer: number,
    axis: number,
    inner: number,
    count: number,
  ): void;
  scatterAddElements(
    integer: number,
    x: Address,
    index: Address,
    y: Address,
    outer: number,
    axis: number,
    inner: number,
    count: number,
  ): void;
  softmaxFloat(op: number, x: Address, y: Address, outer: number, axis: number, inner: number): void;
  sgdFloat(
    gradient: Address,
    parameter: Address,
    length: number,
    learningRate: number,
    weightDecay: number,
  ): void;
  sgdMomentumFloat(
    gradient: Address,
    parameter: Address,
    velocity: Address,
    length: number,
    learningRate: number,
    weightDecay: number,
    momentum: number,
    fresh: number,
    nesterov: number,
    first: number,
  ): void;
  adamFloat(
    gradient: Address,
    parameter: Address,
    firstMoment: Address,
    secondMoment: Address,
    length: number,
    stepSize: number,
    rest1: number,
    beta2: number,
    rest2: number,
    epsilon: number,
    coupledDecay: number,
    shrink: number,
    rootScale: number,
  ): void;
  sumOfSquares(x: Address, y: Address, length: number): void;
  adamFromTable(
    numbers: Address,
    gradient: Address,
    parameter: Address,
    firstMoment: Address,
    secondMoment: Address,
    length: number,
  ): void;
}
