/**
 * Working memory of the kernels, between the module's constants and the first page of buffers. Nothing in it
 * outlives one call. `src/devices/wasm/backend.ts` asks for `scratchEnd` and puts the pages above it.
 */

/** The most axes that a strided kernel has left after neighbours are merged. */
export const MAX_RANK: i32 = 16;

/** Elements that a tiled kernel gathers at a time from an operand that is not dense. */
export const TILE: i32 = 1024;

const ALIGNED_BASE: usize = (__heap_base + 63) & ~63;

/** int32 words: sizes, then the strides of up to three operands, then counters, MAX_RANK words each; then one scalar. */
export const LAYOUT: usize = ALIGNED_BASE;
const LAYOUT_BYTES: usize = 5 * 16 * 4 + 64;

/** Three tiles, each with a vector of slack. */
export const TILES: usize = LAYOUT + LAYOUT_BYTES;
export const TILE_BYTES: usize = 1024 * 4 + 64;

/** The packed panels of a matrix product: PANEL_DEPTH × PANEL_COLUMNS floats. */
export const PANELS: usize = TILES + 3 * TILE_BYTES;
export const PANEL_DEPTH: i32 = 256;
export const PANEL_COLUMNS: i32 = 512;
const PANELS_BYTES: usize = 256 * 512 * 4 + 64;

/** Where JavaScript writes sizes and strides (see LAYOUT). */
export function layoutAddress(): usize {
  return LAYOUT;
}

/** The first byte that the kernels do not use. */
export function scratchEnd(): usize {
  return PANELS + PANELS_BYTES;
}

// @ts-ignore: decorator
@inline export function sizeAt(axis: i32): i32 {
  return load<i32>(LAYOUT + (<usize>axis << 2));
}

/** The stride, in elements, of operand 0, 1 or 2. */
// @ts-ignore: decorator
@inline export function strideAt(operand: i32, axis: i32): i32 {
  return load<i32>(LAYOUT + (<usize>((operand + 1) * MAX_RANK + axis) << 2));
}

// @ts-ignore: decorator
@inline export function counterAddress(axis: i32): usize {
  return LAYOUT + (<usize>(4 * MAX_RANK + axis) << 2);
}

// @ts-ignore: decorator
@inline export function tileAddress(operand: i32): usize {
  return TILES + <usize>operand * TILE_BYTES;
}
