import { GradbridgeError } from "@gradbridge/core";

/** What recurrences over time read: T steps × B environments, row-major [T, B]. */
export interface Sequences {
  /** T. */
  readonly steps: number;
  /** B. */
  readonly numEnvs: number;
  readonly reward: Float32Array | Float64Array;
  /** 1 where the episode ended by itself: nothing follows. */
  readonly terminated: Uint8Array;
  /** 1 where the episode was cut off: what follows has the value `nextValue`. */
  readonly truncated: Uint8Array;
  /** v(sₜ). */
  readonly value: Float32Array;
  /** v(sₜ₊₁) before any reset. */
  readonly nextValue: Float32Array;
}

/** Refuses arrays that are not there or not [T, B], and coefficients outside [0, 1]. */
export function checkSequences(
  caller: string,
  sequences: Partial<Sequences>,
  coefficients: { readonly [name: string]: number },
): void {
  const { steps = 0, numEnvs = 0, ...arrays } = sequences;
  for (const [name, array] of Object.entries(arrays)) {
    if (array === undefined) {
      throw new GradbridgeError("shape", `${caller}: ${name} is missing; expected [${steps}, ${numEnvs}].`);
    }
    if (ArrayBuffer.isView(array) && array.length !== steps * numEnvs) {
      throw new GradbridgeError(
        "shape",
        `${caller}: ${name} has ${array.length} elements, expected [${steps}, ${numEnvs}], that is ${steps * numEnvs}.`,
      );
    }
  }
  for (const [name, value] of Object.entries(coefficients)) {
    if (!(value >= 0 && value <= 1)) {
      throw new GradbridgeError("option", `${caller}: ${name} must be in [0, 1], got ${value}.`);
    }
  }
}
