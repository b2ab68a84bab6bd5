/**
 * Working memory of the kernels, one piece for each thread, between the module's constants and the first page of buffers.
 * Nothing in it outlives one call. `src/devices/wasm/instance.ts` decides where it lies.
 */

/** The most axes that a strided kernel has left after neighbours are merged. */
export const MAX_RANK: i32 = 16;

/** Elements that a tiled kernel gathers at a time from an operand that is not dense. */
export const TILE: i32 = 1024;

/** Operands that a kernel can have: as many as a chain has inputs. */
const MAX_OPERANDS: i32 = 7;

/**
 * int32 words: sizes, then the strides of up to MAX_OPERANDS operands, then counters, MAX_RANK words each; then DATA_WORDS for
 * what else a kernel is told.
 */
let LAYOUT: usize = 0;
const DATA_WORDS: usize = 256;
const LAYOUT_BYTES: usize = (9 * 16 + DATA_WORDS) * 4;

/** Where sizes and strides are read: LAYOUT, or a program's instruction in its place. Counters stay in LAYOUT. */
let layout: usize = 0;

/** Tiles, each with a vector of slack: those of the operands, then those of what a chain computes. */
let TILES: usize = 0;
const TILE_COUNT: usize = 16;
const TILE_BYTES: usize = 1024 * 4 + 64;

/** The packed panels of a matrix product: PANEL_DEPTH × PANEL_COLUMNS floats. */
export let PANELS: usize = 0;
export const PANEL_DEPTH: i32 = 256;
export const PANEL_COLUMNS: i32 = 512;
const PANELS_BYTES: usize = 256 * 512 * 4 + 64;

/** The first byte of memory, a multiple of 64, that holds no constants of the module. */
export function constantsEnd(): usize {
  return (__heap_base + 63) & ~63;
}

/** Bytes that each thread needs for itself. */
export function scratchBytes(): usize {
  return LAYOUT_BYTES + TILE_COUNT * TILE_BYTES + PANELS_BYTES;
}

/** Where this instance works: threads run instances of their own on one memory, and must not share this. */
export function useScratch(address: usize): void {
  LAYOUT = address;
  layout = address;
  TILES = LAYOUT + LAYOUT_BYTES;
  PANELS = TILES + TILE_COUNT * TILE_BYTES;
}

/** Where JavaScript writes sizes and strides (see LAYOUT). */
export function layoutAddress(): usize {
  return LAYOUT;
}

/** The next kernels read sizes and strides at `address`. */
export function useLayout(address: usize): void {
  layout = address;
}

export function useOwnLayout(): void {
  layout = LAYOUT;
}

// @ts-ignore: decorator
@inline export function sizeAt(axis: i32): i32 {
  return load<i32>(layout + (<usize>axis << 2));
}

/** The stride, in elements, of an operand. */
// @ts-ignore: decorator
@inline export function strideAt(operand: i32, axis: i32): i32 {
  return load<i32>(layout + (<usize>((operand + 1) * MAX_RANK + axis) << 2));
}

// @ts-ignore: decorator
@inline export function counterAddress(axis: i32): usize {
  return LAYOUT + (<usize>((MAX_OPERANDS + 1) * MAX_RANK + axis) << 2);
}

// @ts-ignore: decorator
@inline export function tileAddress(operand: i32): usize {
  return TILES + <usize>operand * TILE_BYTES;
}
