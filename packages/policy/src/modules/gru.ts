import {
  add,
  affine,
  concat,
  GradbridgeError,
  mul,
  reshape,
  sigmoid,
  slice,
  split,
  stack,
  sub,
  type Tensor,
  tanh,
  zeros,
} from "@gradbridge/core";
import { checkSizes, type InitialOptions, initialParameters } from "./initial-parameters.ts";
import { type OnnxModule, parameterized } from "./module.ts";

/** A {@link gru}. */
export interface Gru extends OnnxModule {
  /** One step: x [B, inputs] and the state [B, hidden] → the next state. */
  step(x: Tensor, state: Tensor): Tensor;
  /**
   * Sequences x [T, B, inputs] → the states after each step [T, B, hidden].
   * @param initial state before the first step, [B, hidden]; default 0
   */
  forward(x: Tensor, initial?: Tensor): Tensor;
}

/**
 * A layer of gated recurrent units (Cho et al. 2014), in PyTorch's form:
 *
 *     r = σ(W_r x + b_r + U_r h + c_r)      z = σ(W_z x + b_z + U_z h + c_z)
 *     n = tanh(W_n x + b_n + r ⊙ (U_n h + c_n))
 *     h′ = (1 − z) ⊙ n + z ⊙ h
 *
 * Parameters, the gates r, z, n one after the other: `inputWeight` W [3 hidden, inputs], `hiddenWeight` U
 * [3 hidden, hidden], `inputBias` b and `hiddenBias` c [3 hidden]. `uniform` draws from ±1/√hidden.
 * @throws code `size`
 */
export function gru(inputs: number, hidden: number, options: InitialOptions = {}): Gru {
  checkSizes("gru", { inputs, hidden });
  const initial = initialParameters(hidden, options);
  const inputWeight = initial.weight([3 * hidden, inputs]);
  const hiddenWeight = initial.weight([3 * hidden, hidden]);
  const inputBias = initial.bias(3 * hidden);
  const hiddenBias = initial.bias(3 * hidden);

  /** @param given W x + b, [B, 3 hidden] */
  const next = (given: Tensor, state: Tensor): Tensor => {
    const [xr, xz, xn] = split(given, hidden, 1) as [Tensor, Tensor, Tensor];
    const [hr, hz, hn] = split(affine(state, hiddenWeight, hiddenBias), hidden, 1) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const reset = sigmoid(add(xr, hr));
    const keep = sigmoid(add(xz, hz));
    const candidate = tanh(add(xn, mul(reset, hn)));
    return add(candidate, mul(keep, sub(state, candidate)));
  };

  return {
    step: (x, state) => next(affine(x, inputWeight, inputBias), state),
    forward(x, start) {
      if (x.shape.length !== 3 || x.shape[0] === 0) {
        throw new GradbridgeError(
          "shape",
          `gru: sequences must be [T, B, ${inputs}] with T of at least 1, got [${x.shape.join(", ")}].`,
        );
      }
      const [steps, rows] = x.shape as [number, number, number];
      const given = affine(x, inputWeight, inputBias); // all steps in one product
      let state = start ?? zeros([rows, hidden], { dtype: x.dtype, device: x.device });
      const states = Array.from({ length: steps }, (_, t) => {
        state = next(reshape(slice(given, [t], [t + 1]), [rows, 3 * hidden]), state);
        return state;
      });
      return stack(states, 0);
    },
    toOnnx(graph, x) {
      // ONNX has the gates in the order z, r, n, and a first axis of directions
      const reordered = (parameter: Tensor): Tensor => {
        const [reset, keep, candidate] = split(parameter.detach(), hidden, 0) as [Tensor, Tensor, Tensor];
        return concat([keep, reset, candidate], 0);
      };
      const one = (parameter: Tensor): Tensor => reshape(parameter, [1, ...parameter.shape]);
      const given = [
        one(reordered(inputWeight)),
        one(reordered(hiddenWeight)),
        one(concat([reordered(inputBias), reordered(hiddenBias)], 0)),
      ].map((parameter) => graph.tensor(parameter));
      const attributes = { hidden_size: BigInt(hidden), linear_before_reset: 1n };
      const states = graph.node("GRU", [x, ...given], attributes); // [T, 1, B, hidden]
      return graph.node("Squeeze", [states, graph.integers(1)]);
    },
    ...parameterized({ inputWeight, hiddenWeight, inputBias, hiddenBias }),
  };
}
