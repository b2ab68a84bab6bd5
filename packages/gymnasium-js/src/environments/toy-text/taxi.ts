import { z } from "zod";
import type { EnvMetadata, Info, RenderFrame, RgbFrame } from "../../env.ts";
import type { JsonValue } from "../../json.ts";
import { drawTaxi } from "../../rendering/draw-taxi.ts";
import { renderByMode } from "../../rendering/render-by-mode.ts";
import { requireState } from "../../saved-state.ts";
import { parseKwargs } from "../kwargs.ts";
import { colorize } from "./ansi.ts";
import { TabularEnv } from "./tabular-env.ts";
import { decodeTaxi, encodeTaxi, isOpen, LOCATIONS, MAP, stopAt, taxiOutcomes } from "./taxi-rules.ts";
import { fillTable, type Outcome } from "./transition-table.ts";

/** Arguments of {@link TaxiEnv}. */
export interface TaxiKwargs {
  /** Whether the taxi drifts to a side of its direction. */
  readonly isRainy?: boolean;
  /** Whether the passenger may change the destination when the taxi first moves with them. */
  readonly ficklePassenger?: boolean;
  /** Probability of moving in the chosen direction in the rain; the rest is shared by both sides. */
  readonly rainyProbability?: number;
  /** Probability that a fickle passenger changes the destination. */
  readonly fickleProbability?: number;
  readonly renderMode?: string | null;
}

const ACTION_NAMES = ["South", "North", "East", "West", "Pickup", "Dropoff"];

/**
 * Drive a taxi in a grid of 5 × 5 with walls: fetch a passenger at one of four stops (red, green, yellow, blue) and
 * bring them to another.
 *
 * **Actions** `Discrete(6)`: 0 south, 1 north, 2 east, 3 west, 4 pick up, 5 drop off. Driving into a wall stays in
 * place.
 *
 * **Observations** `Discrete(500)`: `((row · 5 + column) · 5 + passenger) · 4 + destination`; passenger 0 to 3 is the
 * stop, 4 is inside the taxi. 404 of them can be reached.
 *
 * **Rewards** −1 for every step, 20 instead for delivering, −10 instead for a wrong pick-up or drop-off.
 *
 * **Start** one of the 300 states with the passenger at a stop that is not the destination, equally likely.
 *
 * **End** terminated at the delivery; truncated after 200 steps.
 *
 * **Information** `prob`: the probability of the transition made; `actionMask`: `Int8Array[6]`, 1 for actions that
 * change the state: `env.actionSpace.sample(info.actionMask)` draws one of those.
 *
 * **Arguments** {@link TaxiKwargs}; dry, a steady passenger, 0.8 and 0.3 by default.
 *
 * **Rendering** `ansi`: the taxi in yellow (green with the passenger), the passenger in blue, the destination in
 * magenta; `rgb_array`: 550 × 350.
 *
 * **Versions** v4: rain and fickle passengers fixed, their probabilities are arguments; v3: map corrected.
 *
 * Source: Dietterich, "Hierarchical reinforcement learning with the MAXQ value function decomposition" (2000); agrees
 * bit for bit with `gymnasium/envs/toy_text/taxi.py` 1.3.0.
 */
export class TaxiEnv extends TabularEnv {
  static override readonly metadata: EnvMetadata = { renderModes: ["ansi", "rgb_array"], renderFps: 4 };
  readonly #isFickle: boolean;
  readonly #fickleProbability: number;
  /** Whether the passenger will change the destination at the first move with them. */
  #willChange = false;
  /** The last move that was drawn: 0 south, 1 north, 2 east, 3 west. */
  #facing = 0;

  /** @throws GymnasiumError `unknown-kwarg`, `bad-kwarg`, `unsupported-mode` */
  constructor(kwargs: TaxiKwargs = {}) {
    const parsed = parseKwargs(
      TaxiEnv,
      {
        isRainy: z.boolean().default(false),
        ficklePassenger: z.boolean().default(false),
        rainyProbability: z.number().min(0).max(1).default(0.8),
        fickleProbability: z.number().min(0).max(1).default(0.3),
      },
      kwargs,
    );
    const rain = parsed.isRainy ? parsed.rainyProbability : null;
    const starts = Array.from({ length: 500 }, (_, state) => {
      const { passenger, destination } = decodeTaxi(state);
      return passenger < 4 && passenger !== destination ? 1 / 300 : 0;
    });
    super(
      fillTable(500, 6, (state, action) => taxiOutcomes(decodeTaxi(state), action, rain)),
      starts,
    );
    this.#isFickle = parsed.ficklePassenger;
    this.#fickleProbability = parsed.fickleProbability;
    this.renderMode = parsed.renderMode;
  }

  protected override afterReset(): void {
    this.#willChange = this.#isFickle && this.random.random() < this.#fickleProbability;
  }

  protected override afterDraw(from: number, outcome: Outcome): number {
    const before = decodeTaxi(from);
    const after = decodeTaxi(outcome.state);
    const hasMoved = before.row !== after.row || before.column !== after.column;
    if (!this.#willChange || before.passenger !== 4 || !hasMoved) return outcome.state;
    this.#willChange = false;
    const others = [0, 1, 2, 3].filter((stop) => stop !== before.destination);
    return encodeTaxi({ ...after, destination: others[this.random.integers(0, others.length)]! });
  }

  protected override extraInfo(state: number): Info {
    return { actionMask: taxiActionMask(state) };
  }

  override state(): JsonValue {
    return { table: super.state(), willChange: this.#willChange };
  }

  override restore(saved: JsonValue): void {
    const { table, willChange } = requireState(this, saved, ["table", "willChange"]);
    super.restore(table);
    this.#willChange = willChange === true;
  }

  override render(): RenderFrame | null {
    return renderByMode<RenderFrame>(this, { ansi: () => this.#describe(), rgb_array: () => this.#draw() });
  }

  #draw(): RgbFrame {
    // Picking up and dropping off leave the taxi turned as it was last seen.
    if (this.lastAction !== null && this.lastAction < 4) this.#facing = this.lastAction;
    return drawTaxi({ map: MAP, stops: LOCATIONS, facing: this.#facing, ...decodeTaxi(this.current) });
  }

  #describe(): string {
    const { row, column, passenger, destination } = decodeTaxi(this.current);
    const cells = MAP.map((line) => [...line]);
    const mark = (place: readonly [number, number], change: (tile: string) => string): void => {
      const line = cells[1 + place[0]]!;
      line[2 * place[1] + 1] = change(line[2 * place[1] + 1]!);
    };
    if (passenger < 4) {
      mark([row, column], (tile) => colorize(tile, { color: "yellow", highlight: true }));
      mark(LOCATIONS[passenger]!, (tile) => colorize(tile, { color: "blue", bold: true }));
    } else {
      const underlined = (tile: string): string => (tile === " " ? "_" : tile);
      mark([row, column], (tile) => colorize(underlined(tile), { color: "green", highlight: true }));
    }
    mark(LOCATIONS[destination]!, (tile) => colorize(tile, { color: "magenta" }));
    const title = this.lastAction === null ? "" : `  (${ACTION_NAMES[this.lastAction]})`;
    return `${cells.map((line) => line.join("")).join("\n")}\n${title}\n`;
  }
}

/** `Int8Array[6]`: 1 for the actions that change the state. */
function taxiActionMask(state: number): Int8Array {
  const { row, column, passenger } = decodeTaxi(state);
  const stop = stopAt(row, column);
  return Int8Array.of(
    Number(row < 4),
    Number(row > 0),
    Number(isOpen(row, column, 1)),
    Number(isOpen(row, column, -1)),
    Number(passenger < 4 && stop === passenger),
    Number(passenger === 4 && stop >= 0),
  );
}
