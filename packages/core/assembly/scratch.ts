/**
 * Working memory of the kernels, one piece for each thread, between the module's constants and the first page of buffers.
 * Nothing in it outlives one call. `src/devices/wasm/module.ts` decides where it lies.
 */

/** The most axes that a strided kernel has left after neighbours are merged. */
export const MAX_RANK: i32 = 16;

/** Elements that a tiled kernel gathers at a time from an operand that is not dense. */
export const TILE: i32 = 1024;

/** int32 words: sizes, then the strides of up to three operands, then counters, MAX_RANK words each; then one scalar. */
let LAYOUT: usize = 0;
const LAYOUT_BYTES: usize = 5 * 16 * 4 + 64;

/** Where sizes and strides are read: LAYOUT, or a program's instruction in its place. Counters stay in LAYOUT. */
let layout: usize = 0;

/** Three tiles, each with a vector of slack. */
let TILES: usize = 0;
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
  return LAYOUT_BYTES + 3 * TILE_BYTES + PANELS_BYTES;
}

/** Where this instance works: threads run instances of their own on one memory, and must not share this. */
export function useScratch(address: usize): void {
  LAYOUT = address;
  layout = address;
  TILES = LAYOUT + LAYOUT_BYTES;
  PANELS = TILES + 3 * TILE_BYTES;
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

/** The stride, in elements, of operand 0, 1 or 2. */
// @ts-ignore: decorator
@inline export function strideAt(operand: i32, axis: i32): i32 {
  return load<i32>(layout + (<usize>((operand + 1) * MAX_RANK + axis) << 2));
}

// @ts-ignore: decorator
@inline export function counterAddress(axis: i32): usize {
  return LAYOUT + (<usize>(4 * MAX_RANK + axis) << 2);
}

// @ts-ignore: decorator
@inline export function tileAddress(operand: i32): usize {
  return TILES + <usize>operand * TILE_BYTES;
}
