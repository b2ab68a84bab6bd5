import { GradbridgeError } from "@gradbridge/core";

/** A rule that an estimator breaks: code `estimator-check`. */
export class EstimatorCheckError extends GradbridgeError {
  readonly estimator: string;
  /** In which situation. */
  readonly situation: string;
  /** The output's name; null where it is not about one of them. */
  readonly output: string | null;
  /** The row of the minibatch; null where it is not about one of them. */
  readonly row: number | null;

  constructor(
    estimator: string,
    situation: string,
    problem: string,
    place: { readonly output?: string | null; readonly row?: number | null; readonly cause?: unknown } = {},
  ) {
    const { output = null, row = null, cause } = place;
    const where = `${output === null ? "" : `, output "${output}"`}${row === null ? "" : `, row ${row}`}`;
    super("estimator-check", `${estimator} (${situation}${where}): ${problem}`, { cause });
    this.estimator = estimator;
    this.situation = situation;
    this.output = output;
    this.row = row;
  }
}
