import { z } from "zod";
import type { EnvMetadata, RenderFrame } from "../../env.ts";
import { GymnasiumError } from "../../errors.ts";
import { drawFrozenLake } from "../../rendering/draw-frozen-lake.ts";
import { renderByMode } from "../../rendering/render-by-mode.ts";
import { parseKwargs } from "../kwargs.ts";
import { colorize } from "./ansi.ts";
import { FROZEN_LAKE_MAPS, type FrozenLakeMapName, generateRandomMap } from "./frozen-lake-maps.ts";
import { TabularEnv } from "./tabular-env.ts";
import { fillTable, type Outcome } from "./transition-table.ts";

/** Arguments of {@link FrozenLakeEnv}. */
export interface FrozenLakeKwargs {
  /** Rows of tiles: S start, F frozen, H hole, G goal. Goes before `mapName`. */
  readonly desc?: readonly string[] | null;
  /** A known map; `null` without `desc` gives a random one of 8 × 8. */
  readonly mapName?: FrozenLakeMapName | null;
  /** Whether a move can go to either side of its direction. */
  readonly isSlippery?: boolean;
  /** Probability of moving in the chosen direction on slippery ice; the rest is shared by both sides. */
  readonly successRate?: number;
  /** Rewards of reaching the goal, a hole, and any other tile. */
  readonly rewardSchedule?: readonly [goal: number, hole: number, frozen: number];
  readonly renderMode?: string | null;
}

const MOVES = [
  [0, -1],
  [1, 0],
  [0, 1],
  [-1, 0],
] as const;

/**
 * Cross a frozen lake from the start to the goal without falling into a hole. The ice is slippery: the player often
 * moves to the side.
 *
 * **Actions** `Discrete(4)`: 0 left, 1 down, 2 right, 3 up. Moves against the border stay in place.
 *
 * **Observations** `Discrete(rows · columns)`: `row · columns + column`, from 0 at the top left.
 *
 * **Rewards** 1 for reaching the goal, 0 otherwise; `rewardSchedule` changes them.
 *
 * **Start** on the tile S.
 *
 * **End** terminated on a hole or the goal; truncated after 100 steps (`FrozenLake-v1`, 4 × 4) or 200
 * (`FrozenLake8x8-v1`).
 *
 * **Information** `prob`: the probability of the transition made.
 *
 * **Arguments** {@link FrozenLakeKwargs}; `"4x4"`, slippery, success rate 1/3 and rewards `[1, 0, 0]` by default.
 *
 * **Rendering** `ansi`: the map with the player's tile highlighted in red; `rgb_array`: 64 × 64 pixels per tile.
 *
 * **Versions** v1: rewards fixed; v0: initial version.
 *
 * Source: agrees bit for bit with `gymnasium/envs/toy_text/frozen_lake.py` 1.3.0.
 */
export class FrozenLakeEnv extends TabularEnv {
  static override readonly metadata: EnvMetadata = { renderModes: ["ansi", "rgb_array"], renderFps: 4 };
  /** The tiles, row by row. */
  readonly desc: readonly string[];

  /** @throws GymnasiumError `unknown-kwarg`, `bad-kwarg`, `unsupported-mode` */
  constructor(kwargs: FrozenLakeKwargs = {}) {
    const parsed = parseKwargs(
      FrozenLakeEnv,
      {
        desc: z.array(z.string().min(1)).min(1).nullable().default(null),
        mapName: z
          .enum(Object.keys(FROZEN_LAKE_MAPS) as [FrozenLakeMapName])
          .nullable()
          .default("4x4"),
        isSlippery: z.boolean().default(true),
        successRate: z
          .number()
          .min(0)
          .max(1)
          .default(1 / 3),
        rewardSchedule: z.tuple([z.number(), z.number(), z.number()]).default([1, 0, 0]),
      },
      kwargs,
    );
    const desc =
      parsed.desc ?? (parsed.mapName === null ? generateRandomMap() : FROZEN_LAKE_MAPS[parsed.mapName]);
    requireMap(desc);
    const tiles = [...desc.join("")];
    const columns = desc[0]!.length;
    const rates = parsed.isSlippery ? sidewaysRates(parsed.successRate) : [{ turn: 0, probability: 1 }];
    const reach = (state: number, direction: number, probability: number): Outcome => {
      const row = Math.min(Math.max(Math.floor(state / columns) + MOVES[direction]![0], 0), desc.length - 1);
      const column = Math.min(Math.max((state % columns) + MOVES[direction]![1], 0), columns - 1);
      const next = row * columns + column;
      const kind = Math.max("GHF".indexOf(tiles[next]!), -1);
      const reward = parsed.rewardSchedule[kind === -1 ? 2 : kind]!;
      return { probability, state: next, reward, terminated: kind === 0 || kind === 1 };
    };
    const table = fillTable(tiles.length, 4, (state, action) => {
      const isEnd = tiles[state] === "G" || tiles[state] === "H";
      if (isEnd) return [{ probability: 1, state, reward: 0, terminated: true }];
      return rates.map(({ turn, probability }) => reach(state, (action + turn + 4) % 4, probability));
    });
    const starts = tiles.map((tile) => Number(tile === "S"));
    const startCount = starts.reduce((sum, start) => sum + start, 0);
    super(
      table,
      starts.map((start) => start / startCount),
    );
    this.desc = desc;
    this.renderMode = parsed.renderMode;
  }

  override render(): RenderFrame | null {
    return renderByMode<RenderFrame>(this, {
      ansi: () => this.#describe(),
      rgb_array: () => drawFrozenLake(this.desc, this.current, this.lastAction),
    });
  }

  #describe(): string {
    const columns = this.desc[0]!.length;
    const rows = this.desc.map((row, r) =>
      [...row].map((tile, c) =>
        r * columns + c === this.current ? colorize(tile, { color: "red", highlight: true }) : tile,
      ),
    );
    const title = this.lastAction === null ? "" : `  (${["Left", "Down", "Right", "Up"][this.lastAction]})`;
    return `${title}\n${rows.map((row) => row.join("")).join("\n")}\n`;
  }
}

function sidewaysRates(successRate: number): readonly { turn: number; probability: number }[] {
  const failRate = (1 - successRate) / 2;
  return [
    { turn: -1, probability: failRate },
    { turn: 0, probability: successRate },
    { turn: 1, probability: failRate },
  ];
}

function requireMap(desc: readonly string[]): void {
  const isEven = desc.every((row) => row.length === desc[0]!.length);
  if (isEven && /^[SFHG]+$/.test(desc.join("")) && desc.join("").includes("S")) return;
  throw new GymnasiumError(
    "bad-kwarg",
    `A map has rows of equal length of the tiles S, F, H and G, with at least one S; got ${JSON.stringify(desc)}.`,
  );
}
