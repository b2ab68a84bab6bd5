import type { RgbFrame } from "../env.ts";
import { paintFrame } from "./painter.ts";
import { drawPixelText, pixelTextWidth } from "./pixel-text.ts";
import { drawCard, drawCardBack, SUITS } from "./playing-card.ts";

/** What the picture of the table needs to know. */
export interface BlackjackScene {
  readonly playerSum: number;
  /** The dealer's open card: 1 is an ace, 10 a ten or a face card. */
  readonly dealerCard: number;
  readonly hasUsableAce: boolean;
  /** 0 clubs, 1 diamonds, 2 hearts, 3 spades. */
  readonly suit: number;
  /** What a ten is shown as: 0 jack, 1 queen, 2 king. */
  readonly face: number;
}

const WIDTH = 600;
const SPACING = 25;
const CARD_WIDTH = 119;
const CARD_HEIGHT = 166;
/** Lines and capital letters of small and large text, in pixels. */
const SMALL = { line: 33, capital: 25 };
const LARGE = { line: 83, capital: 63 };

/** The table, 600 × 500. Cards and letters are our own drawings in Gymnasium's layout. */
export function drawBlackjack({ playerSum, dealerCard, hasUsableAce, suit, face }: BlackjackScene): RgbFrame {
  return paintFrame(WIDTH, 500, (painter) => {
    painter.clear("rgb(7, 99, 36)");
    const write = (text: string, x: number, y: number, capital: number): void =>
      drawPixelText(painter, text, x, y, capital, "white");
    const writeCentered = (text: string, y: number, capital: number): void =>
      write(text, Math.round((WIDTH - pixelTextWidth(text, capital)) / 2), y, capital);
    let y = SPACING;
    write(`Dealer: ${dealerCard}`, SPACING, y, SMALL.capital);
    y += SMALL.line + SPACING;
    const left = WIDTH / 2 - CARD_WIDTH - 12;
    painter.inside(left, y, 1, 1, () => drawCard(painter, rankOf(dealerCard, face), SUITS[suit]!));
    painter.inside(WIDTH / 2 + 12, y, 1, 1, () => drawCardBack(painter));
    y += CARD_HEIGHT + Math.trunc(1.5 * SPACING);
    write("Player", SPACING, y, SMALL.capital);
    y += SMALL.line + SPACING;
    writeCentered(String(playerSum), y, LARGE.capital);
    y += LARGE.line + 12;
    if (hasUsableAce) writeCentered("usable ace", y, SMALL.capital);
  });
}

function rankOf(card: number, face: number): string {
  if (card === 1) return "A";
  return card === 10 ? ["J", "Q", "K"][face]! : String(card);
}
