import type { Painter, Point } from "./painter.ts";
import { drawPixelText, pixelTextWidth } from "./pixel-text.ts";

/** Clubs, diamonds, hearts, spades: the order in which Gymnasium draws them. */
export const SUITS = ["C", "D", "H", "S"] as const;

/** One of {@link SUITS}. */
export type Suit = (typeof SUITS)[number];

const RED = "rgb(197, 102, 115)";
const DARK = "rgb(68, 64, 96)";
const INK = "rgb(28, 28, 58)";
const PAPER = "rgb(242, 242, 242)";

// Cards are drawn 119 wide and 166 high, with the origin at the top left.
const WIDTH = 119;
const HEIGHT = 166;

/** Middle of the spots on a card of each number; those below the middle stand on their heads. */
const SPOTS: { readonly [rank: string]: readonly Point[] } = {
  A: [[60, 83]],
  "2": spots([60, 40], [60, 126]),
  "3": spots([60, 40], [60, 83], [60, 126]),
  "4": spots([40, 40], [80, 40], [40, 126], [80, 126]),
  "5": spots([40, 40], [80, 40], [60, 83], [40, 126], [80, 126]),
  "6": spots([40, 40], [80, 40], [40, 83], [80, 83], [40, 126], [80, 126]),
  "7": spots([40, 40], [80, 40], [60, 61], [40, 83], [80, 83], [40, 126], [80, 126]),
  "8": spots([40, 40], [80, 40], [60, 61], [40, 83], [80, 83], [60, 105], [40, 126], [80, 126]),
  "9": spots([40, 40], [80, 40], [40, 69], [80, 69], [60, 83], [40, 97], [80, 97], [40, 126], [80, 126]),
};

function spots(...places: Point[]): readonly Point[] {
  return places;
}

/** A card that shows its rank (A, 2 … 9, J, Q, K) and suit. */
export function drawCard(painter: Painter, rank: string, suit: Suit): void {
  const color = suit === "D" || suit === "H" ? RED : DARK;
  drawPaper(painter);
  const drawCorner = (): void => {
    drawPixelText(painter, rank, 9, 9, 14, color);
    painter.inside(15, 33, 13, 13, () => drawSuit(painter, suit, color));
  };
  drawCorner();
  painter.inside(WIDTH, HEIGHT, -1, -1, drawCorner);
  const places = SPOTS[rank];
  if (places === undefined) {
    drawFace(painter, rank, suit, color);
    return;
  }
  const size = rank === "A" ? 36 : 20;
  for (const [x, y] of places) {
    painter.inside(x, y, size, y > 90 ? -size : size, () => drawSuit(painter, suit, color));
  }
}

/** A card lying face down. */
export function drawCardBack(painter: Painter): void {
  drawPaper(painter);
  painter.rectangle(9, 8, 101, 150, RED);
  painter.rectangle(11, 10, 97, 146, PAPER);
  painter.rectangle(16, 15, 87, 136, RED);
  painter.rectangle(18, 17, 83, 132, PAPER);
  // Short strokes in every cell of a grid give slanted stripes.
  for (let x = 20; x < 98; x += 6.5) {
    for (let y = 19; y < 144; y += 6.5) {
      painter.line(
        [
          [x, y],
          [x + 5.5, y + 5.5],
        ],
        RED,
        2.2,
      );
    }
  }
}

function drawPaper(painter: Painter): void {
  const rounded = (inset: number, color: string): void => {
    const radius = 11 - inset;
    painter.rectangle(inset + radius, inset, WIDTH - 2 * (inset + radius), HEIGHT - 2 * inset, color);
    painter.rectangle(inset, inset + radius, WIDTH - 2 * inset, HEIGHT - 2 * (inset + radius), color);
    for (const x of [inset + radius, WIDTH - inset - radius]) {
      for (const y of [inset + radius, HEIGHT - inset - radius]) painter.circle(x, y, radius, color);
    }
  };
  rounded(0, INK);
  rounded(2, PAPER);
}

/** Jack, queen and king: a framed portrait, twice, the lower one on its head. */
function drawFace(painter: Painter, rank: string, suit: Suit, color: string): void {
  painter.rectangle(24, 24, 71, 118, INK);
  painter.rectangle(26, 26, 67, 114, PAPER);
  const drawHalf = (): void => {
    painter.polygon(
      [
        [30, 82],
        [38, 60],
        [82, 60],
        [90, 82],
      ],
      color,
    );
    painter.polygon(
      [
        [52, 60],
        [68, 60],
        [60, 82],
      ],
      "rgb(222, 150, 90)",
    );
    painter.ellipse(60, 49, 24, 26, "rgb(238, 195, 150)");
    painter.rectangle(54, 47, 3, 4, INK);
    painter.rectangle(63, 47, 3, 4, INK);
    drawHead(painter, rank);
    painter.inside(36, 36, 13, 13, () => drawSuit(painter, suit, color));
  };
  drawHalf();
  painter.inside(WIDTH + 1, HEIGHT, -1, -1, drawHalf);
  painter.rectangle(30, 82, 60, 2, INK);
  const width = pixelTextWidth(rank, 16);
  painter.circle(60, 83, 14, PAPER);
  drawPixelText(painter, rank, 60 - width / 2, 75, 16, color);
}

/** What the portrait wears: the jack a cap, the queen long hair and a diadem, the king a crown. */
function drawHead(painter: Painter, rank: string): void {
  const gold = "rgb(222, 160, 60)";
  if (rank === "J") {
    painter.polygon(
      [
        [46, 42],
        [50, 31],
        [74, 34],
        [74, 42],
      ],
      DARK,
    );
    return;
  }
  if (rank === "Q") {
    painter.rectangle(46, 42, 5, 18, "rgb(150, 90, 60)");
    painter.rectangle(69, 42, 5, 18, "rgb(150, 90, 60)");
    painter.ellipse(60, 39, 26, 8, gold);
    painter.circle(60, 34, 3, gold);
    return;
  }
  painter.polygon(
    [
      [47, 42],
      [45, 29],
      [53, 36],
      [60, 28],
      [67, 36],
      [75, 29],
      [73, 42],
    ],
    gold,
  );
  painter.rectangle(53, 55, 14, 7, "rgb(150, 90, 60)");
}

/** A suit's sign, one unit high, around the origin. */
function drawSuit(painter: Painter, suit: Suit, color: string): void {
  const stem: Point[] = [
    [0, 0.1],
    [0.18, 0.5],
    [-0.18, 0.5],
  ];
  switch (suit) {
    case "D":
      painter.polygon(
        [
          [0, -0.5],
          [0.4, 0],
          [0, 0.5],
          [-0.4, 0],
        ],
        color,
      );
      return;
    case "H":
      drawHeart(painter, color);
      return;
    case "S":
      painter.inside(0, -0.05, 1, -0.9, () => drawHeart(painter, color));
      painter.polygon(stem, color);
      return;
    case "C":
      painter.circle(0, -0.25, 0.24, color);
      painter.circle(-0.25, 0.1, 0.24, color);
      painter.circle(0.25, 0.1, 0.24, color);
      painter.polygon(stem, color);
      return;
    default:
      suit satisfies never;
  }
}

function drawHeart(painter: Painter, color: string): void {
  painter.circle(-0.23, -0.2, 0.25, color);
  painter.circle(0.23, -0.2, 0.25, color);
  painter.polygon(
    [
      [-0.45, -0.08],
      [0.45, -0.08],
      [0, 0.5],
    ],
    color,
  );
  painter.rectangle(-0.2, -0.25, 0.4, 0.2, color);
}
