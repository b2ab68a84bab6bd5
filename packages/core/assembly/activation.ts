/** The activations that a matrix product may end with; the codes are the positions of `activations` in `kernel.ts`. */
import { sigmoid, tanh } from "./math/exponential";

export const RELU: i32 = 1;
const TANH: i32 = 2;

/** In place: tanh or sigmoid (relu is part of the store). */
export function activate(activation: i32, c: usize, length: i32): void {
  const end = c + (<usize>length << 2);
  if (activation == TANH) {
    for (; c < end; c += 16) v128.store(c, tanh(v128.load(c)));
  } else {
    for (; c < end; c += 16) v128.store(c, sigmoid(v128.load(c)));
  }
}
