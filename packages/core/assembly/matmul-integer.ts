import { ACTIVATION_RELU } from "./activation";

/** As `matmulFloat`, modulo 2³², for whoever counts with matrices: correct first. `relu` is the only activation. */
export function matmulInteger(
  a: usize, b: usize, bias: usize, c: usize, batch: i32, m: i32, n: i32, k: i32,
  transposeA: bool, transposeB: bool, batchStrideA: i32, batchStrideB: i32, activation: i32,
): void {
  const aStep = transposeA ? <usize>m << 2 : <usize>4;
  const bStep = transposeB ? <usize>4 : <usize>n << 2;
  for (let index = 0; index < batch; index++) {
    for (let row = 0; row < m; row++) {
      for (let column = 0; column < n; column++, c += 4) {
        let left = a + (<usize>(transposeA ? row : row * k) << 2);
        let right = b + (<usize>(transposeB ? column * k : column) << 2);
        let sum = bias == 0 ? 0 : load<i32>(bias + (<usize>column << 2));
        for (let step = 0; step < k; step++, left += aStep, right += bStep) sum += load<i32>(left) * load<i32>(right);
        store<i32>(c, activation == ACTIVATION_RELU ? max(sum, 0) : sum);
      }
    }
    a += <usize>batchStrideA << 2;
    b += <usize>batchStrideB << 2;
  }
}
