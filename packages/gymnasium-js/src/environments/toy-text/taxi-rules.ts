import type { Outcome } from "./transition-table.ts";

/** The grid: ":" between two cells is open, "|" is a wall. */
export const MAP: readonly string[] = [
  "+---------+",
  "|R: | : :G|",
  "| : | : : |",
  "| : : : : |",
  "| | : | : |",
  "|Y| : |B: |",
  "+---------+",
];

/** Row and column of the four stops: red, green, yellow, blue. */
export const LOCATIONS: readonly (readonly [row: number, column: number])[] = [
  [0, 0],
  [0, 4],
  [4, 0],
  [4, 3],
];

/** What a state number stands for. */
export interface TaxiState {
  readonly row: number;
  readonly column: number;
  /** 0 to 3 at a stop, 4 in the taxi. */
  readonly passenger: number;
  readonly destination: number;
}

/** The number of a state, 0 to 499. */
export function encodeTaxi({ row, column, passenger, destination }: TaxiState): number {
  return ((row * 5 + column) * 5 + passenger) * 4 + destination;
}

/** Inverse of {@link encodeTaxi}. */
export function decodeTaxi(state: number): TaxiState {
  return {
    destination: state % 4,
    passenger: Math.floor(state / 4) % 5,
    column: Math.floor(state / 20) % 5,
    row: Math.floor(state / 100),
  };
}

/** Whether the way to the east (1) or west (−1) of a cell is open. */
export function isOpen(row: number, column: number, side: 1 | -1): boolean {
  return MAP[1 + row]![2 * column + 1 + side] === ":";
}

/** The stop at a cell, −1 if there is none. */
export function stopAt(row: number, column: number): number {
  return LOCATIONS.findIndex(([r, c]) => r === row && c === column);
}

/** Down and right, for south, north, east and west. */
const MOVES = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const;

/** Left and right of south, north, east and west, as numbers of directions. */
const SIDES = [
  [2, 3],
  [3, 2],
  [1, 0],
  [0, 1],
] as const;

/** The cell one move away, or the same where a wall is in the way. */
function move(row: number, column: number, direction: number): readonly [number, number] {
  const [down, right] = MOVES[direction]!;
  if (right !== 0 && !isOpen(row, column, right)) return [row, column];
  return [Math.min(Math.max(row + down, 0), 4), column + right];
}

/**
 * Everything that can happen when an action is taken.
 *
 * @param rain - the probability of moving in the chosen direction, or `null` when it is dry. Where the chosen way is
 *   blocked the taxi does not drift either.
 */
export function taxiOutcomes(from: TaxiState, action: number, rain: number | null): readonly Outcome[] {
  if (action >= 4) return [action === 4 ? pickUp(from) : dropOff(from)];
  const drive = (direction: number, probability: number): Outcome => {
    const [row, column] = move(from.row, from.column, direction);
    return { probability, state: encodeTaxi({ ...from, row, column }), reward: -1, terminated: false };
  };
  if (rain === null) return [drive(action, 1)];
  const sideRate = (1 - rain) / 2;
  const [row, column] = move(from.row, from.column, action);
  if (row === from.row && column === from.column) {
    const stay = (probability: number): Outcome => ({ ...drive(action, probability) });
    return [stay(rain), stay(sideRate), stay(sideRate)];
  }
  const [left, right] = SIDES[action]!;
  return [drive(action, rain), drive(left, sideRate), drive(right, sideRate)];
}

function pickUp(from: TaxiState): Outcome {
  const isThere = from.passenger < 4 && stopAt(from.row, from.column) === from.passenger;
  const state = encodeTaxi(isThere ? { ...from, passenger: 4 } : from);
  return { probability: 1, state, reward: isThere ? -1 : -10, terminated: false };
}

function dropOff(from: TaxiState): Outcome {
  const stop = stopAt(from.row, from.column);
  if (from.passenger !== 4 || stop < 0) {
    return { probability: 1, state: encodeTaxi(from), reward: -10, terminated: false };
  }
  const isDelivered = stop === from.destination;
  const state = encodeTaxi({ ...from, passenger: stop });
  return { probability: 1, state, reward: isDelivered ? 20 : -1, terminated: isDelivered };
}
