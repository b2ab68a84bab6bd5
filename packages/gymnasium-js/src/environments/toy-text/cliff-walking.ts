import { z } from "zod";
import type { EnvMetadata, RenderFrame } from "../../env.ts";
import { drawCliffWalking } from "../../rendering/draw-cliff-walking.ts";
import { renderByMode } from "../../rendering/render-by-mode.ts";
import { parseKwargs } from "../kwargs.ts";
import { TabularEnv } from "./tabular-env.ts";
import { fillTable } from "./transition-table.ts";

/** Arguments of {@link CliffWalkingEnv}. */
export interface CliffWalkingKwargs {
  /** Whether a move goes to either side of its direction two times out of three. */
  readonly isSlippery?: boolean;
  readonly renderMode?: string | null;
}

const ROWS = 4;
const COLUMNS = 12;
const START = 3 * COLUMNS;
const GOAL: number = ROWS * COLUMNS - 1;

const MOVES = [
  [-1, 0],
  [0, 1],
  [1, 0],
  [0, -1],
] as const;

/**
 * Walk from the bottom left to the bottom right of a grid of 4 × 12. Between them is a cliff: whoever steps on it
 * starts again.
 *
 * **Actions** `Discrete(4)`: 0 up, 1 right, 2 down, 3 left. Moves against the border stay in place.
 *
 * **Observations** `Discrete(48)`: `row · 12 + column`. Cliff and goal are never seen during an episode.
 *
 * **Rewards** −1 for every step, −100 for stepping on the cliff.
 *
 * **Start** state 36, the bottom left.
 *
 * **End** terminated at state 47, the bottom right; never truncated.
 *
 * **Information** `prob`: the probability of the transition made.
 *
 * **Arguments** {@link CliffWalkingKwargs}; `CliffWalkingSlippery-v1` is slippery.
 *
 * **Rendering** `ansi`: x the player, C the cliff, T the goal; `rgb_array`: 720 × 240.
 *
 * **Versions** v1: a slippery variant; v0: initial version.
 *
 * Source: Sutton and Barto, example 6.6; agrees bit for bit with `gymnasium/envs/toy_text/cliffwalking.py` 1.3.0.
 */
export class CliffWalkingEnv extends TabularEnv {
  static override readonly metadata: EnvMetadata = { renderModes: ["ansi", "rgb_array"], renderFps: 4 };

  /** @throws GymnasiumError `unknown-kwarg`, `bad-kwarg`, `unsupported-mode` */
  constructor(kwargs: CliffWalkingKwargs = {}) {
    const { isSlippery, renderMode } = parseKwargs(
      CliffWalkingEnv,
      { isSlippery: z.boolean().default(false) },
      kwargs,
    );
    const turns = isSlippery ? [-1, 0, 1] : [0];
    const table = fillTable(ROWS * COLUMNS, 4, (state, action) =>
      turns.map((turn) => {
        const [down, right] = MOVES[(action + turn + 4) % 4]!;
        const row = Math.min(Math.max(Math.floor(state / COLUMNS) + down, 0), ROWS - 1);
        const column = Math.min(Math.max((state % COLUMNS) + right, 0), COLUMNS - 1);
        const next = row * COLUMNS + column;
        const probability = 1 / turns.length;
        if (isCliff(next)) return { probability, state: START, reward: -100, terminated: false };
        return { probability, state: next, reward: -1, terminated: next === GOAL };
      }),
    );
    super(
      table,
      Array.from({ length: ROWS * COLUMNS }, (_, state) => Number(state === START)),
    );
    this.renderMode = renderMode;
  }

  override render(): RenderFrame | null {
    return renderByMode<RenderFrame>(this, {
      ansi: () => this.#describe(),
      rgb_array: () => drawCliffWalking(this.current, this.lastAction),
    });
  }

  #describe(): string {
    const rows = Array.from({ length: ROWS }, (_, row) =>
      Array.from({ length: COLUMNS }, (_, column) => this.#symbol(row * COLUMNS + column)).join("  "),
    );
    return `${rows.join("\n")}\n\n`;
  }

  #symbol(state: number): string {
    if (state === this.current) return "x";
    if (state === GOAL) return "T";
    return isCliff(state) ? "C" : "o";
  }
}

function isCliff(state: number): boolean {
  return state > START && state < GOAL;
}
