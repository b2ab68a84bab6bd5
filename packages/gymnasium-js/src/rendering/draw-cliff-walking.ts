import type { RgbFrame } from "../env.ts";
import { drawElf, drawStool, type Facing } from "./figures.ts";
import { type Painter, type Point, paintFrame } from "./painter.ts";

/** The elf looks where it was told to go: up, right, down, left. */
const FACING: readonly Facing[] = ["up", "right", "down", "left"];

const ROWS = 4;
const COLUMNS = 12;
const CELL = 60;
const START = 36;
const GOAL = 47;

/**
 * The meadow above the cliff, 720 × 240. The tiles are our own drawings on Gymnasium's grid.
 *
 * @param state - `row · 12 + column` of the elf.
 * @param lastAction - 0 … 3, or `null` at the start.
 */
export function drawCliffWalking(state: number, lastAction: number | null): RgbFrame {
  return paintFrame(COLUMNS * CELL, ROWS * CELL, (painter) => {
    const at = (place: number, draw: () => void): void => {
      painter.inside((place % COLUMNS) * CELL, Math.floor(place / COLUMNS) * CELL, CELL, CELL, draw);
    };
    painter.backdrop("CliffWalking", () => {
      for (let place = 0; place < ROWS * COLUMNS; place++) at(place, () => drawTile(painter, place));
    });
    at(state, () => painter.inside(0, -0.1, 1, 1, () => drawElf(painter, FACING[lastAction ?? 2]!)));
  });
}

function drawTile(painter: Painter, place: number): void {
  const isBright = (Math.floor(place / COLUMNS) + place) % 2 === 1;
  if (place > START && place < GOAL) drawAbyss(painter);
  else drawMeadow(painter, isBright);
  if (place + COLUMNS > START && place + COLUMNS < GOAL) drawRock(painter);
  if (place === START) drawStool(painter);
  if (place === GOAL) drawCookie(painter);
}

function drawMeadow(painter: Painter, isBright: boolean): void {
  const [edge, grass, blade] = isBright
    ? ["rgb(88, 176, 72)", "rgb(106, 202, 80)", "rgb(128, 216, 92)"]
    : ["rgb(98, 160, 100)", "rgb(116, 184, 112)", "rgb(132, 200, 122)"];
  painter.rectangle(0, 0, 1, 1, edge!);
  painter.rectangle(0.04, 0.04, 0.92, 0.92, grass!);
  for (const [x, y] of [
    [0.14, 0.2],
    [0.4, 0.14],
    [0.7, 0.26],
    [0.2, 0.5],
    [0.5, 0.58],
    [0.82, 0.62],
    [0.32, 0.88],
    [0.66, 0.84],
  ] as const) {
    painter.rectangle(x, y, 0.08, 0.025, blade!);
  }
  const flowers: Point[] = isBright
    ? [
        [0.61, 0.17],
        [0.86, 0.39],
        [0.23, 0.8],
      ]
    : [[0.39, 0.76]];
  for (const [x, y] of flowers) drawFlower(painter, x, y, "white", "rgb(240, 150, 50)");
  if (!isBright) drawFlower(painter, 0.62, 0.37, "rgb(235, 110, 40)", "rgb(255, 205, 70)");
}

function drawFlower(painter: Painter, x: number, y: number, petals: string, middle: string): void {
  painter.rectangle(x - 0.04, y - 0.015, 0.08, 0.03, petals);
  painter.rectangle(x - 0.015, y - 0.04, 0.03, 0.08, petals);
  painter.rectangle(x - 0.015, y - 0.015, 0.03, 0.03, middle);
}

/** The rock face below the last meadow row. */
function drawRock(painter: Painter): void {
  painter.rectangle(0, 0.7, 1, 0.3, "rgb(145, 75, 75)");
  painter.rectangle(0, 0.7, 1, 0.06, "rgb(85, 40, 50)");
  for (let x = 0; x < 1; x += 0.125) {
    painter.rectangle(x, 0.7, 0.06, 0.035 + 0.03 * Math.sin(x * 40) ** 2, "rgb(70, 130, 70)");
    painter.rectangle(x + 0.02, 0.78, 0.025, 0.22, "rgb(115, 58, 62)");
    painter.rectangle(x + 0.07, 0.8, 0.025, 0.1, "rgb(175, 100, 90)");
  }
}

function drawAbyss(painter: Painter): void {
  painter.rectangle(0, 0, 1, 1, "rgb(53, 24, 33)");
  painter.rectangle(0, 0, 1, 0.08, "rgb(115, 60, 62)");
  for (let x = 0; x < 1; x += 0.125) {
    const depth = 0.08 + 0.08 * Math.sin(x * 30) ** 2;
    painter.rectangle(x, 0.06, 0.1, depth, "rgb(100, 50, 55)");
  }
}

function drawCookie(painter: Painter): void {
  painter.circle(0.49, 0.5, 0.21, "rgb(125, 65, 50)");
  painter.circle(0.49, 0.49, 0.185, "rgb(225, 160, 105)");
  for (const dx of [-0.11, 0, 0.11]) {
    for (const dy of [-0.11, 0, 0.11]) {
      if (dx !== 0 && dy !== 0) painter.circle(0.49 + dx * 0.75, 0.49 + dy * 0.75, 0.022, "rgb(150, 90, 65)");
      else painter.circle(0.49 + dx, 0.49 + dy, 0.022, "rgb(150, 90, 65)");
    }
  }
}
