import type { RgbFrame } from "../env.ts";
import { drawPassenger } from "./figures.ts";
import { type Painter, type Point, paintFrame } from "./painter.ts";

/** What the picture of the taxi needs to know. */
export interface TaxiScene {
  /** The grid as text, rows of cells: "|" and "-" are walls. */
  readonly map: readonly string[];
  /** Row and column of the stops: red, green, yellow, blue. */
  readonly stops: readonly (readonly [row: number, column: number])[];
  readonly row: number;
  readonly column: number;
  /** The stop where the passenger waits, or 4 in the taxi. */
  readonly passenger: number;
  readonly destination: number;
  /** The last move: 0 south, 1 north, 2 east, 3 west. */
  readonly facing: number;
}

const CELL = 50;
const STOP_COLORS = ["rgb(255, 0, 0)", "rgb(0, 255, 0)", "rgb(255, 255, 0)", "rgb(0, 0, 255)"];

/** The town from above, 550 × 350. The tiles are our own drawings on Gymnasium's grid. */
export function drawTaxi(scene: TaxiScene): RgbFrame {
  const { map, stops, row, column, passenger, destination } = scene;
  return paintFrame(map[0]!.length * CELL, map.length * CELL, (painter) => {
    const at = ([x, y]: Point, draw: () => void): void => painter.inside(x, y, CELL, CELL, draw);
    painter.backdrop("Taxi", () => drawTown(painter, map, stops));
    if (passenger < 4) at(placeOf(stops[passenger]!), () => drawPassenger(painter));
    const goal = placeOf(stops[destination]!);
    const cab = placeOf([row, column]);
    const drawGoal = (): void =>
      painter.translucent(2 / 3, () => at([goal[0], goal[1] - CELL / 2], () => drawHotel(painter)));
    // Whatever stands further down hides what is behind it.
    if (goal[1] <= cab[1]) drawGoal();
    at(cab, () => drawCab(painter, scene.facing));
    if (goal[1] > cab[1]) drawGoal();
  });
}

function drawTown(painter: Painter, map: TaxiScene["map"], stops: TaxiScene["stops"]): void {
  for (const [r, line] of map.entries()) {
    for (const [c, tile] of [...line].entries()) {
      painter.inside(c * CELL, r * CELL, CELL, CELL, () => {
        drawRoad(painter);
        if (tile === "|") drawHedge(painter, map[r - 1]?.[c] !== "|", map[r + 1]?.[c] !== "|");
        if (tile === "-") drawHorizontalHedge(painter, line[c - 1] !== "-", line[c + 1] !== "-");
      });
    }
  }
  for (const [index, stop] of stops.entries()) {
    const [x, y] = placeOf(stop);
    painter.translucent(0.5, () => painter.rectangle(x, y + 10, CELL, CELL, STOP_COLORS[index]!));
  }
}

function placeOf([row, column]: readonly [number, number]): Point {
  return [(column * 2 + 1) * CELL, (row + 1) * CELL];
}

/** The same places in the unit square every time, without a visible order. */
function scatter(count: number): Point[] {
  let state = 1;
  const draw = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: count }, () => [draw(), draw()]);
}

function drawRoad(painter: Painter): void {
  painter.rectangle(0, 0, 1, 1, "rgb(112, 112, 112)");
  for (const [i, [x, y]] of scatter(120).entries()) {
    painter.rectangle(x, y, 0.04, 0.04, i % 2 === 0 ? "rgb(126, 126, 126)" : "rgb(100, 100, 100)");
  }
}

const STONE = "rgb(212, 204, 178)";
const STONE_SHADE = "rgb(150, 138, 112)";
const HEDGE = "rgb(78, 128, 32)";

function drawHedge(painter: Painter, isTop: boolean, isBottom: boolean): void {
  const from = isTop ? 0.08 : 0;
  const to = isBottom ? 0.94 : 1;
  painter.inside(0.17, 0, 0.68, 1, () => {
    if (isBottom) drawRounded(painter, from + 0.03, to + 0.03, isTop, true, 0, STONE_SHADE);
    drawRounded(painter, from, to, isTop, isBottom, 0, STONE);
    drawRounded(painter, from + (isTop ? 0.05 : 0), to - (isBottom ? 0.05 : 0), isTop, isBottom, 0.08, HEDGE);
  });
  drawLeaves(painter, 0.26, 0.5, from + 0.1, to - from - 0.2);
}

function drawHorizontalHedge(painter: Painter, isLeft: boolean, isRight: boolean): void {
  const from = isLeft ? 0.04 : 0;
  const to = isRight ? 0.96 : 1;
  const curb = (y: number, height: number, inset: number, color: string): void => {
    const left = from + (isLeft ? inset : 0);
    const right = to - (isRight ? inset : 0);
    const radius = height / 2;
    painter.rectangle(
      isLeft ? left + radius : left,
      y,
      right - left - (isLeft || isRight ? radius : 0),
      height,
      color,
    );
    if (isLeft) painter.circle(left + radius, y + radius, radius, color);
    if (isRight) painter.circle(right - radius, y + radius, radius, color);
  };
  curb(0.3, 0.5, 0, STONE_SHADE);
  curb(0.26, 0.5, 0, STONE);
  curb(0.25, 0.47, 0.05, HEDGE);
  drawLeaves(painter, from + 0.1, to - from - 0.2, 0.3, 0.36);
}

/** A strip from `from` to `to`, `inset` from both sides of the unit width, with round ends where asked. */
function drawRounded(
  painter: Painter,
  from: number,
  to: number,
  isTop: boolean,
  isBottom: boolean,
  inset: number,
  color: string,
): void {
  const round = 0.3;
  const top = isTop ? from + round : from;
  const bottom = isBottom ? to - round : to;
  painter.rectangle(inset, top, 1 - 2 * inset, Math.max(bottom - top, 0), color);
  if (isTop) painter.ellipse(0.5, top, 1 - 2 * inset, 2 * round, color);
  if (isBottom) painter.ellipse(0.5, bottom, 1 - 2 * inset, 2 * round, color);
}

function drawLeaves(painter: Painter, x: number, width: number, y: number, height: number): void {
  for (const [i, [dx, dy]] of scatter(60).entries()) {
    const color = i % 2 === 0 ? "rgb(104, 158, 44)" : "rgb(58, 102, 26)";
    painter.rectangle(x + dx * (width - 0.04), y + dy * (height - 0.04), 0.045, 0.045, color);
  }
}

const YELLOW = "rgb(250, 212, 20)";
const AMBER = "rgb(214, 158, 20)";
const GLASS = "rgb(30, 35, 40)";
const SIGN = "rgb(242, 242, 242)";

function drawCab(painter: Painter, facing: number): void {
  painter.ellipse(0.5, 0.9, 0.68, 0.12, "rgba(30, 30, 30, 0.5)");
  if (facing === 2) drawCabSide(painter);
  else if (facing === 3) painter.inside(1, 0, -1, 1, () => drawCabSide(painter));
  else drawCabEnd(painter, facing === 0);
}

/** From the front or from behind. */
function drawCabEnd(painter: Painter, isFront: boolean): void {
  painter.rectangle(0.24, 0.84, 0.13, 0.1, GLASS);
  painter.rectangle(0.63, 0.84, 0.13, 0.1, GLASS);
  painter.polygon(
    [
      [0.31, 0.43],
      [0.69, 0.43],
      [0.75, 0.66],
      [0.78, 0.72],
      [0.78, 0.88],
      [0.22, 0.88],
      [0.22, 0.72],
      [0.25, 0.66],
    ],
    YELLOW,
  );
  painter.polygon(
    [
      [0.34, 0.53],
      [0.66, 0.53],
      [0.7, 0.68],
      [0.3, 0.68],
    ],
    GLASS,
  );
  painter.rectangle(0.39, 0.4, 0.22, 0.07, SIGN);
  painter.rectangle(0.22, 0.85, 0.56, 0.06, AMBER);
  if (isFront) {
    painter.rectangle(0.19, 0.66, 0.07, 0.05, AMBER);
    painter.rectangle(0.74, 0.66, 0.07, 0.05, AMBER);
    painter.rectangle(0.28, 0.78, 0.44, 0.05, "rgb(190, 195, 200)");
    return;
  }
  painter.rectangle(0.26, 0.78, 0.1, 0.05, "rgb(215, 50, 40)");
  painter.rectangle(0.64, 0.78, 0.1, 0.05, "rgb(215, 50, 40)");
  painter.rectangle(0.42, 0.78, 0.16, 0.06, SIGN);
}

/** From the side, driving to the right. */
function drawCabSide(painter: Painter): void {
  painter.polygon(
    [
      [0.14, 0.68],
      [0.27, 0.64],
      [0.34, 0.46],
      [0.62, 0.46],
      [0.72, 0.64],
      [0.86, 0.7],
      [0.86, 0.86],
      [0.14, 0.86],
    ],
    YELLOW,
  );
  painter.rectangle(0.14, 0.8, 0.72, 0.06, AMBER);
  painter.polygon(
    [
      [0.3, 0.64],
      [0.36, 0.52],
      [0.46, 0.52],
      [0.46, 0.64],
    ],
    GLASS,
  );
  painter.polygon(
    [
      [0.49, 0.52],
      [0.6, 0.52],
      [0.67, 0.64],
      [0.49, 0.64],
    ],
    GLASS,
  );
  painter.rectangle(0.44, 0.38, 0.1, 0.08, SIGN);
  for (const x of [0.3, 0.69]) {
    painter.circle(x, 0.87, 0.075, GLASS);
    painter.circle(x, 0.87, 0.035, "rgb(190, 195, 200)");
  }
  painter.rectangle(0.83, 0.72, 0.04, 0.05, "rgb(255, 245, 190)");
  painter.rectangle(0.13, 0.72, 0.03, 0.05, "rgb(215, 50, 40)");
}

function drawHotel(painter: Painter): void {
  const wine = "rgb(120, 40, 60)";
  painter.polygon(
    [
      [0.0, 0.34],
      [0.14, 0.24],
      [0.14, 0.44],
      [0.0, 0.44],
    ],
    wine,
  );
  painter.rectangle(0.02, 0.44, 0.14, 0.5, "rgb(215, 110, 85)");
  painter.rectangle(0.14, 0.22, 0.84, 0.74, "rgb(240, 165, 95)");
  painter.rectangle(0.13, 0.02, 0.87, 0.22, wine);
  painter.rectangle(0.16, 0.05, 0.81, 0.16, "rgb(250, 208, 120)");
  for (const y of [0.32, 0.53, 0.73]) {
    for (const x of [0.2, 0.47, 0.75]) {
      if (y > 0.7 && x === 0.47) continue;
      painter.rectangle(x - 0.01, y - 0.01, 0.17, 0.13, "rgb(55, 45, 110)");
      painter.rectangle(x + 0.01, y + 0.01, 0.055, 0.09, "rgb(120, 205, 245)");
      painter.rectangle(x + 0.08, y + 0.01, 0.055, 0.09, "rgb(120, 205, 245)");
    }
  }
  painter.rectangle(0.44, 0.74, 0.25, 0.22, "rgb(55, 80, 160)");
  painter.rectangle(0.46, 0.76, 0.1, 0.19, "rgb(110, 195, 240)");
  painter.rectangle(0.57, 0.76, 0.1, 0.19, "rgb(110, 195, 240)");
  painter.rectangle(0.02, 0.94, 0.96, 0.04, wine);
}
