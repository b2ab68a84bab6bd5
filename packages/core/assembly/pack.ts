/**
 * Copies a depth × width piece of B into PANELS: panels of 8 columns, the last of 4 if that is enough, each
 * [depth][8 or 4] row by row. Panel p starts at float 8 p · depth, depth rounded up to 4.
 */
import { PANELS } from "./scratch";
import { highHalves, interleaveHigh, interleaveLow, lowHalves } from "./transpose";

/** B stored [k, n]; `stride` is n. */
export function packPlain(b: usize, stride: i32, width: i32, depth: i32): void {
  const bytesPerRow = <usize>stride << 2;
  const panelBytes = <usize>((depth + 3) & ~3) << 5;
  let panel = PANELS;
  for (let j = 0; j < width; j += 8) {
    let source = b + (<usize>j << 2);
    let target = panel;
    if (width - j > 4) {
      for (let step = 0; step < depth; step++) {
        v128.store(target, v128.load(source));
        v128.store(target, v128.load(source, 16), 16);
        source += bytesPerRow;
        target += 32;
      }
    } else {
      for (let step = 0; step < depth; step++) {
        v128.store(target, v128.load(source));
        source += bytesPerRow;
        target += 16;
      }
    }
    panel += panelBytes;
  }
}

/** B stored [n, k]; `stride` is k. */
export function packTransposed(b: usize, stride: i32, width: i32, depth: i32): void {
  const panelBytes = <usize>((depth + 3) & ~3) << 5;
  let panel = PANELS;
  for (let j = 0; j < width; j += 8) {
    if (width - j > 4) {
      transposeColumns(b, stride, j, width, depth, panel, 32);
      transposeColumns(b, stride, j + 4, width, depth, panel + 16, 32);
    } else {
      transposeColumns(b, stride, j, width, depth, panel, 16);
    }
    panel += panelBytes;
  }
}

/** Four columns of the panel; past the last column of B, that column again: such lanes are never stored. */
function transposeColumns(b: usize, stride: i32, j: i32, width: i32, depth: i32, target: usize, step: usize): void {
  const last = width - 1;
  let r0 = b + (<usize>(j * stride) << 2);
  let r1 = b + (<usize>(min(j + 1, last) * stride) << 2);
  let r2 = b + (<usize>(min(j + 2, last) * stride) << 2);
  let r3 = b + (<usize>(min(j + 3, last) * stride) << 2);
  for (let k = 0; k < depth; k += 4) {
    const x0 = v128.load(r0);
    const x1 = v128.load(r1);
    const x2 = v128.load(r2);
    const x3 = v128.load(r3);
    const low01 = interleaveLow(x0, x1);
    const low23 = interleaveLow(x2, x3);
    const high01 = interleaveHigh(x0, x1);
    const high23 = interleaveHigh(x2, x3);
    v128.store(target, lowHalves(low01, low23));
    target += step;
    v128.store(target, highHalves(low01, low23));
    target += step;
    v128.store(target, lowHalves(high01, high23));
    target += step;
    v128.store(target, highHalves(high01, high23));
    target += step;
    r0 += 16;
    r1 += 16;
    r2 += 16;
    r3 += 16;
  }
}
