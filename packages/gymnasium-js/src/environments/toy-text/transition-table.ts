import type { Generator } from "@gradbridge/random";

/** One thing that can happen when an action is taken in a state. */
export interface Outcome {
  readonly probability: number;
  readonly state: number;
  readonly reward: number;
  readonly terminated: boolean;
}

/** `table[state][action]`: everything that can happen; probabilities sum to 1. */
export type TransitionTable = readonly (readonly (readonly Outcome[])[])[];

/** Fills a table by asking for the outcomes of every action in every state. */
export function fillTable(
  states: number,
  actions: number,
  outcomes: (state: number, action: number) => readonly Outcome[],
): TransitionTable {
  return Array.from({ length: states }, (_, state) =>
    Array.from({ length: actions }, (_, action) => outcomes(state, action)),
  );
}

/**
 * One index, drawn with the given probabilities: the first whose cumulative sum exceeds one uniform number.
 *
 * A number is drawn even where only one index is possible, as in Gymnasium's `categorical_sample`.
 */
export function drawIndex(
  count: number,
  probabilityOf: (index: number) => number,
  random: Generator,
): number {
  const threshold = random.random();
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += probabilityOf(i);
    if (sum > threshold) return i;
  }
  return 0;
}
