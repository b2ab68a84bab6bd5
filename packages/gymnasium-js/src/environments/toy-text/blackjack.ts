import { z } from "zod";
import {
  Env,
  type EnvMetadata,
  type ResetOptions,
  type ResetResult,
  type RgbFrame,
  type StepResult,
} from "../../env.ts";
import { GymnasiumError } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { drawBlackjack } from "../../rendering/draw-blackjack.ts";
import { renderByMode } from "../../rendering/render-by-mode.ts";
import { requireState } from "../../saved-state.ts";
import { Discrete } from "../../spaces/discrete.ts";
import { describe } from "../../spaces/space.ts";
import { Tuple } from "../../spaces/tuple.ts";
import { parseKwargs } from "../kwargs.ts";

/** Arguments of {@link BlackjackEnv}. */
export interface BlackjackKwargs {
  /** Whether winning with an ace and a ten pays 1.5. */
  readonly natural?: boolean;
  /** Sutton and Barto's rules: an ace and a ten win at once unless the dealer has them too. Goes before `natural`. */
  readonly sab?: boolean;
  readonly renderMode?: string | null;
}

/** The sum of the player's hand, the dealer's open card (1 is an ace), and whether an ace counts 11. */
export type BlackjackObservation = readonly [playerSum: number, dealerCard: number, usableAce: number];

/** Ace, 2 to 10, jack, queen and king. */
const DECK = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10, 10];

/**
 * Draw cards until their sum is closer to 21 than the dealer's, but not above. Cards come from an endless deck; face
 * cards count 10, an ace 11 where that does not exceed 21, else 1.
 *
 * **Actions** `Discrete(2)`: 0 stick (the dealer then draws to 17 or more), 1 hit (draw a card).
 *
 * **Observations** `Tuple(Discrete(32), Discrete(11), Discrete(2))`: {@link BlackjackObservation}.
 *
 * **Rewards** 1 for winning, −1 for losing, 0 for a draw or a hit that ends nothing; 1.5 for winning with an ace and
 * a ten if `natural` (and not `sab`).
 *
 * **Start** two cards for each side: the player's sum is 4 to 21.
 *
 * **End** terminated when the player sticks or exceeds 21; never truncated.
 *
 * **Arguments** {@link BlackjackKwargs}; `Blackjack-v1` is registered with `sab: true`.
 *
 * **Rendering** `rgb_array`: 600 × 500.
 *
 * **Versions** v1: naturals fixed; v0: initial version.
 *
 * Source: Sutton and Barto, example 5.1; agrees bit for bit with `gymnasium/envs/toy_text/blackjack.py` 1.3.0, which
 * also draws the suit (and the face of a ten) that only its picture shows.
 */
export class BlackjackEnv extends Env<Tuple<readonly [Discrete, Discrete, Discrete]>, Discrete> {
  static override readonly metadata: EnvMetadata = { renderModes: ["rgb_array"], renderFps: 4 };
  readonly observationSpace: Tuple<readonly [Discrete, Discrete, Discrete]> = new Tuple([
    new Discrete(32),
    new Discrete(11),
    new Discrete(2),
  ]);
  readonly actionSpace: Discrete = new Discrete(2);
  readonly #natural: boolean;
  readonly #sab: boolean;
  #dealer: number[] = [];
  #player: number[] = [];
  /** Suit of the dealer's open card and the face of a ten, for the picture. */
  #suit = 0;
  #face = 0;

  /** @throws GymnasiumError `unknown-kwarg`, `bad-kwarg`, `unsupported-mode` */
  constructor(kwargs: BlackjackKwargs = {}) {
    super();
    const shape = { natural: z.boolean().default(false), sab: z.boolean().default(false) };
    const { natural, sab, renderMode } = parseKwargs(BlackjackEnv, shape, kwargs);
    this.#natural = natural;
    this.#sab = sab;
    this.renderMode = renderMode;
  }

  override reset({ seed }: ResetOptions = {}): ResetResult<BlackjackObservation> {
    this.reseed(seed);
    this.#dealer = [this.#draw(), this.#draw()];
    this.#player = [this.#draw(), this.#draw()];
    this.#suit = this.random.integers(0, 4);
    if (this.#dealer[0] === 10) this.#face = this.random.integers(0, 3);
    return [this.#observe(), {}];
  }

  override step(action: number): StepResult<BlackjackObservation> {
    if (action !== 0 && action !== 1) {
      throw new GymnasiumError(
        "invalid-action",
        `Blackjack takes the action 0 (stick) or 1 (hit), got ${describe(action)}.`,
      );
    }
    if (this.#player.length === 0) {
      throw new GymnasiumError("reset-needed", "Call reset() before step(): there is no episode yet.");
    }
    if (action === 1) {
      this.#player.push(this.#draw());
      const isBust = sumOf(this.#player) > 21;
      return [this.#observe(), isBust ? -1 : 0, isBust, false, {}];
    }
    while (sumOf(this.#dealer) < 17) this.#dealer.push(this.#draw());
    return [this.#observe(), this.#settle(), true, false, {}];
  }

  #settle(): number {
    const reward = Math.sign(scoreOf(this.#player) - scoreOf(this.#dealer));
    const isNatural = isAceAndTen(this.#player);
    if (this.#sab) return isNatural && !isAceAndTen(this.#dealer) ? 1 : reward;
    return this.#natural && isNatural && reward === 1 ? 1.5 : reward;
  }

  #draw(): number {
    return DECK[this.random.integers(0, DECK.length)]!;
  }

  #observe(): BlackjackObservation {
    return [sumOf(this.#player), this.#dealer[0]!, Number(hasUsableAce(this.#player))];
  }

  override render(): RgbFrame | null {
    if (this.#player.length === 0) {
      throw new GymnasiumError("reset-needed", "Call reset() before render(): there is no episode yet.");
    }
    const [playerSum, dealerCard, usableAce] = this.#observe();
    const scene = {
      playerSum,
      dealerCard,
      hasUsableAce: usableAce === 1,
      suit: this.#suit,
      face: this.#face,
    };
    return renderByMode(this, { rgb_array: () => drawBlackjack(scene) });
  }

  override state(): JsonValue {
    return {
      random: this.saveRandom(),
      dealer: [...this.#dealer],
      player: [...this.#player],
      picture: [this.#suit, this.#face],
    };
  }

  override restore(saved: JsonValue): void {
    const names = ["random", "dealer", "player", "picture"] as const;
    const { random, dealer, player, picture } = requireState(this, saved, names);
    this.restoreRandom(random);
    this.#dealer = [...(dealer as readonly number[])];
    this.#player = [...(player as readonly number[])];
    [this.#suit, this.#face] = picture as readonly [number, number];
  }
}

function pointsOf(hand: readonly number[]): number {
  return hand.reduce((sum, card) => sum + card, 0);
}

function hasUsableAce(hand: readonly number[]): boolean {
  return hand.includes(1) && pointsOf(hand) + 10 <= 21;
}

function sumOf(hand: readonly number[]): number {
  return pointsOf(hand) + (hasUsableAce(hand) ? 10 : 0);
}

function scoreOf(hand: readonly number[]): number {
  const sum = sumOf(hand);
  return sum > 21 ? 0 : sum;
}

function isAceAndTen(hand: readonly number[]): boolean {
  return hand.length === 2 && hand.includes(1) && hand.includes(10);
}
