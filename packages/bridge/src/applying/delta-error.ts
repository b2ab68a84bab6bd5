import { GradbridgeError } from "@gradbridge/core";

/** Where a δ is wrong, as far as that is known. */
export interface DeltaPlace {
  /** Name of the estimator that gave it. */
  readonly estimator?: string;
  /** Name of the output it is for. */
  readonly output?: string;
  /** Row of the batch, counted from 0. */
  readonly row?: number;
}

/**
 * A δ that cannot be applied: code `delta` for a wrong output, shape, dtype or device, `non-finite` for NaN or infinity.
 * Nothing was changed when it is thrown.
 */
export class DeltaError extends GradbridgeError {
  /** The estimator's name; null where none was told. */
  readonly estimator: string | null;
  /** The output's name; null where it is not about one of them. */
  readonly output: string | null;
  /** The row of the batch; null where it is not about one of them. */
  readonly row: number | null;

  constructor(code: "delta" | "non-finite", message: string, place: DeltaPlace = {}) {
    super(code, `${place.estimator ?? "applyDelta"}: ${message} Nothing was changed.`);
    this.estimator = place.estimator ?? null;
    this.output = place.output ?? null;
    this.row = place.row ?? null;
  }
}
