/** The activations that a matrix product may end with; the codes are the positions of `activations` in `kernel.ts`. */
import { sigmoidLoop, tanhLoop } from "./unary";

export const ACTIVATION_RELU: i32 = 1;
const ACTIVATION_TANH: i32 = 2;

/** In place: tanh or sigmoid (relu is part of the store). */
export function activate(activation: i32, c: usize, length: i32): void {
  if (activation == ACTIVATION_TANH) tanhLoop(c, c, length);
  else sigmoidLoop(c, c, length);
}
