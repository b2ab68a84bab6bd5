import { GymnasiumError } from "../../errors.ts";
import { createGenerator, type Seed } from "../../seeding.ts";

/** The maps known by name. */
export type FrozenLakeMapName = "4x4" | "8x8";

/** Rows of tiles: S start, F frozen, H hole, G goal. */
export const FROZEN_LAKE_MAPS: Readonly<Record<FrozenLakeMapName, readonly string[]>> = {
  "4x4": ["SFFF", "FHFH", "FFFH", "HFFG"],
  "8x8": ["SFFFFFFF", "FFFFFFFF", "FFFHFFFF", "FFFFFHFF", "FFFHFFFF", "FHHFFFHF", "FHFFHFHF", "FFFHFFFG"],
};

/**
 * A random map on which the goal can be reached: the start at the top left, the goal at the bottom right.
 *
 * @param size - rows and columns, ≥ 2.
 * @param p - probability that a tile is frozen, in (0, 1].
 * @param seed - for the same map again; the same as Gymnasium's for the same seed.
 * @throws GymnasiumError `bad-kwarg`, `bad-seed`
 */
export function generateRandomMap(size = 8, p = 0.8, seed?: Seed | null): string[] {
  if (!Number.isInteger(size) || size < 2 || !(p > 0)) {
    throw new GymnasiumError(
      "bad-kwarg",
      `generateRandomMap takes a whole size ≥ 2 and 0 < p ≤ 1, got ${size} and ${p}.`,
    );
  }
  const { generator } = createGenerator(seed);
  const frozen = Math.min(1, p);
  for (;;) {
    const drawn: number[] = generator.choice(2, { size: size * size, p: [frozen, 1 - frozen] });
    const tiles: string[] = drawn.map((kind) => (kind === 0 ? "F" : "H"));
    tiles[0] = "S";
    tiles[size * size - 1] = "G";
    if (isGoalReachable(tiles, size)) {
      return Array.from({ length: size }, (_, row) => tiles.slice(row * size, (row + 1) * size).join(""));
    }
  }
}

function isGoalReachable(tiles: readonly string[], size: number): boolean {
  const seen = new Set([0]);
  const frontier = [0];
  for (let place = frontier.pop(); place !== undefined; place = frontier.pop()) {
    if (tiles[place] === "G") return true;
    const column = place % size;
    const neighbors = [
      place - size,
      place + size,
      ...(column > 0 ? [place - 1] : []),
      ...(column < size - 1 ? [place + 1] : []),
    ];
    for (const next of neighbors) {
      if (next < 0 || next >= tiles.length || tiles[next] === "H" || seen.has(next)) continue;
      seen.add(next);
      frontier.push(next);
    }
  }
  return false;
}
