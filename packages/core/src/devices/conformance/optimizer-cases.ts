import type { DType } from "../../tensor/dtype.ts";
import { adamNumbers, adamNumbersWidth, type KernelOf } from "../kernel.ts";
import { type KernelCase, oddLengths, values } from "./kernel-case.ts";

/** Gradient descent: plain, with momentum, dampened, Nesterov's, with weight decay, first and later steps. */
export function* sgdCases(dtype: DType): Generator<KernelCase> {
  const plain = { momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, first: false };
  const variants = [
    plain,
    { ...plain, weightDecay: 0.1 },
    { ...plain, momentum: 0.9, first: true, weightDecay: 0.1 },
    { ...plain, momentum: 0.9, dampening: 0.5 },
    { ...plain, momentum: 0.9, nesterov: true },
  ];
  for (const length of oddLengths) {
    for (const variant of variants) {
      const state = variant.momentum === 0 ? [] : [values(dtype, length, 3)];
      yield {
        kernel: { kind: "sgd", dtype, length, learningRate: 0.05, ...variant },
        inputs: [values(dtype, length, 1)],
        outputs: [values(dtype, length, 2), ...state],
        exact: false,
      };
    }
  }
}

/** Adam: the first step and a later one, with weight decay in the gradient and decoupled from it. */
export function* adamCases(dtype: DType): Generator<KernelCase> {
  for (const length of oddLengths) {
    for (const step of [1, 100]) {
      for (const [weightDecay, decoupled] of [
        [0, false],
        [0.1, false],
        [0.1, true],
      ] as const) {
        const square = values(dtype, length, 4).map((value) => value * value);
        yield {
          kernel: {
            kind: "adam",
            dtype,
            length,
            ...adamAt(step),
            weightDecay,
            decoupled,
          },
          inputs: [values(dtype, length, 1)],
          outputs: [values(dtype, length, 2), values(dtype, length, 3), square],
          exact: false,
        };
      }
    }
  }
}

/** The same for one parameter and for several, their numbers being in memory. */
export function* adamFromTableCases(dtype: DType): Generator<KernelCase> {
  for (const lengths of [...oddLengths.map((length) => [length]), [70, 1, 17], [3, 0, 4, 5, 16]]) {
    const table = values(dtype, (lengths.length + 1) * adamNumbersWidth, 6);
    const states = lengths.map((length, i) => {
      const settings = { weightDecay: 0.1, decoupled: i % 2 === 0 };
      if (dtype !== "int32") adamNumbers({ ...adamAt(i + 1), ...settings }, table, i);
      const square = values(dtype, length, 4 + i).map((value) => value * value);
      return [values(dtype, length, 2 + i), values(dtype, length, 3 + i), square];
    });
    yield {
      kernel: { kind: "adamFromTable", dtype, lengths },
      inputs: [table, ...lengths.map((length, i) => values(dtype, length, 1 + i))],
      outputs: states.flat(),
      exact: false,
    };
  }
}

function adamAt(
  step: number,
): Omit<KernelOf<"adam">, "kind" | "dtype" | "length" | "weightDecay" | "decoupled"> {
  return {
    learningRate: 0.01,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-5,
    biasCorrection1: 1 - 0.9 ** step,
    biasCorrection2: 1 - 0.999 ** step,
  };
}
