/** Fills, casts, gathers and scatters: elements change place, not value. Shared by float32 and int32 but for sums. */

/** Whole vectors: may write three elements past the end. */
export function fillBits(y: usize, length: i32, bits: i32): void {
  const end = y + (<usize>length << 2);
  const value = i32x4.splat(bits);
  for (; y < end; y += 16) v128.store(y, value);
}

/** Truncates toward zero, saturates, NaN to 0. */
export function castToInteger(x: usize, y: usize, length: i32): void {
  const end = y + (<usize>length << 2);
  for (; y < end; y += 16, x += 16) v128.store(y, i32x4.trunc_sat_f32x4_s(v128.load(x)));
}

/** Rounds to nearest. */
export function castToFloat(x: usize, y: usize, length: i32): void {
  const end = y + (<usize>length << 2);
  for (; y < end; y += 16, x += 16) v128.store(y, f32x4.convert_i32x4_s(v128.load(x)));
}

export function copyBytes(x: usize, y: usize, bytes: i32): void {
  memory.copy(y, x, <usize>bytes);
}

/** y[o, j, i] = x[o, index[j], i]. */
export function gatherSlices(x: usize, index: usize, y: usize, outer: i32, axis: i32, inner: i32, count: i32): void {
  const bytes = <usize>inner << 2;
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < count; j++) {
      const source = x + bytes * <usize>load<i32>(index + (<usize>j << 2));
      if (inner == 1) store<u32>(y, load<u32>(source));
      else if (inner <= 64) copyVectors(source, y, bytes);
      else memory.copy(y, source, bytes);
      y += bytes;
    }
    x += bytes * <usize>axis;
  }
}

/** Up to three elements past the end, which the next slice, or nothing, comes to hold. */
// @ts-ignore: decorator
@inline function copyVectors(source: usize, target: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(target + i, v128.load(source + i));
}

/** y[o, j, i] = x[o, index[o, j, i], i]. */
export function gatherElements(x: usize, index: usize, y: usize, outer: i32, axis: i32, inner: i32, count: i32): void {
  if (inner == 1 && count == 1) {
    const row = <usize>axis << 2;
    const end = y + (<usize>outer << 2);
    for (; y < end; y += 4, index += 4, x += row) store<u32>(y, load<u32>(x + (<usize>load<i32>(index) << 2)));
    return;
  }
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < count; j++) {
      for (let i = 0; i < inner; i++, y += 4, index += 4) {
        store<u32>(y, load<u32>(x + (<usize>(load<i32>(index) * inner + i) << 2)));
      }
    }
    x += <usize>(axis * inner) << 2;
  }
}

// @ts-ignore: decorator
@inline function addElement(integer: bool, target: usize, source: usize): void {
  if (integer) store<i32>(target, load<i32>(target) + load<i32>(source));
  else store<f32>(target, load<f32>(target) + load<f32>(source));
}

/** y[o, index[j], i] += x[o, j, i], y zero before. */
export function scatterAddSlices(
  integer: bool, x: usize, index: usize, y: usize, outer: i32, axis: i32, inner: i32, count: i32,
): void {
  const bytes = <usize>inner << 2;
  memory.fill(y, 0, bytes * <usize>(outer * axis));
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < count; j++) {
      let target = y + bytes * <usize>load<i32>(index + (<usize>j << 2));
      for (let i = 0; i < inner; i++, x += 4, target += 4) addElement(integer, target, x);
    }
    y += bytes * <usize>axis;
  }
}

/** y[o, index[o]] = 0 + x[o], which makes a zero of −0. */
// @ts-ignore: decorator
@inline function placeInRows(integer: bool, x: usize, index: usize, y: usize, rows: i32, columns: i32): void {
  const row = <usize>columns << 2;
  const end = x + (<usize>rows << 2);
  for (; x < end; x += 4, index += 4, y += row) {
    const target = y + (<usize>load<i32>(index) << 2);
    if (integer) store<u32>(target, load<u32>(x));
    else store<f32>(target, <f32>0.0 + load<f32>(x));
  }
}

/** y[o, index[o, j, i], i] += x[o, j, i], y zero before. */
export function scatterAddElements(
  integer: bool, x: usize, index: usize, y: usize, outer: i32, axis: i32, inner: i32, count: i32,
): void {
  memory.fill(y, 0, <usize>(outer * axis * inner) << 2);
  if (inner == 1 && count == 1) {
    if (integer) placeInRows(true, x, index, y, outer, axis);
    else placeInRows(false, x, index, y, outer, axis);
    return;
  }
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < count; j++) {
      for (let i = 0; i < inner; i++, x += 4, index += 4) {
        addElement(integer, y + (<usize>(load<i32>(index) * inner + i) << 2), x);
      }
    }
    y += <usize>(axis * inner) << 2;
  }
}
