/** Running sums along the middle axis of [outer, axis, inner]: float32 in double, int32 modulo 2³². */
import { lineOffset } from "./lanes";

export function cumsumFloat(x: usize, y: usize, outer: i32, axis: i32, inner: i32, reverse: bool): void {
  const lines = outer * inner;
  const first = reverse ? <usize>((axis - 1) * inner) << 2 : 0;
  const step = <usize>(reverse ? -inner : inner) << 2;
  for (let line = 0; line < lines; line++) {
    let offset = lineOffset(line, lines, axis, inner) + first;
    let sum: f64 = 0.0;
    for (let a = 0; a < axis; a++, offset += step) {
      sum += <f64>load<f32>(x + offset);
      store<f32>(y + offset, <f32>sum);
    }
  }
}

export function cumsumInteger(x: usize, y: usize, outer: i32, axis: i32, inner: i32, reverse: bool): void {
  const lines = outer * inner;
  const first = reverse ? <usize>((axis - 1) * inner) << 2 : 0;
  const step = <usize>(reverse ? -inner : inner) << 2;
  for (let line = 0; line < lines; line++) {
    let offset = lineOffset(line, lines, axis, inner) + first;
    let sum = 0;
    for (let a = 0; a < axis; a++, offset += step) {
      sum += load<i32>(x + offset);
      store<i32>(y + offset, sum);
    }
  }
}
