import type { RgbFrame } from "../env.ts";
import { drawElf, drawStool, type Facing } from "./figures.ts";
import { type Painter, type Point, paintFrame } from "./painter.ts";

/** The elf looks where it was told to go: left, down, right, up. */
const FACING: readonly Facing[] = ["left", "down", "right", "up"];

/**
 * The map from above, 64 × 64 per tile and at most 512 × 512. The tiles are our own drawings on Gymnasium's grid.
 *
 * @param desc - rows of tiles: S start, F frozen, H hole, G goal.
 * @param state - `row · columns + column` of the elf.
 * @param lastAction - 0 … 3, or `null` at the start.
 */
export function drawFrozenLake(desc: readonly string[], state: number, lastAction: number | null): RgbFrame {
  const rows = desc.length;
  const columns = desc[0]!.length;
  const width = Math.min(64 * columns, 512);
  const height = Math.min(64 * rows, 512);
  const cellWidth = Math.floor(width / columns);
  const cellHeight = Math.floor(height / rows);
  return paintFrame(width, height, (painter) => {
    const at = (place: number, draw: () => void): void => {
      const x = (place % columns) * cellWidth;
      const y = Math.floor(place / columns) * cellHeight;
      painter.inside(x, y, cellWidth, cellHeight, draw);
    };
    const tiles = desc.join("");
    painter.backdrop(`FrozenLake ${desc.join(" ")}`, () => {
      // Where the map does not divide the picture, the rest stays black.
      painter.clear("black");
      for (const [place, tile] of [...tiles].entries()) {
        at(place, () => {
          drawIce(painter);
          if (tile === "H") drawHole(painter);
          else if (tile === "G") drawPresent(painter);
          else if (tile === "S") drawStool(painter);
          drawBorder(painter, 1 / cellWidth, 1 / cellHeight);
        });
      }
    });
    at(state, () => {
      if (tiles[state] === "H") drawCracks(painter);
      else drawElf(painter, FACING[lastAction ?? 1]!);
    });
  });
}

function drawBorder(painter: Painter, x: number, y: number): void {
  const color = "rgb(180, 200, 230)";
  painter.rectangle(0, 0, 1, y, color);
  painter.rectangle(0, 1 - y, 1, y, color);
  painter.rectangle(0, 0, x, 1, color);
  painter.rectangle(1 - x, 0, x, 1, color);
}

function drawIce(painter: Painter): void {
  painter.rectangle(0, 0, 1, 1, "rgb(246, 250, 255)");
  const shade = "rgb(208, 229, 253)";
  for (const [x, y, length] of [
    [0.02, 0.12, 0.3],
    [0.5, 0.08, 0.24],
    [0.3, 0.36, 0.42],
    [0.02, 0.55, 0.2],
    [0.62, 0.6, 0.3],
    [0.16, 0.8, 0.36],
    [0.72, 0.86, 0.24],
  ] as const) {
    const streak: Point[] = [
      [x, y],
      [x + length * 0.55, y + 0.03],
      [x + length, y + 0.12],
      [x + length * 0.4, y + 0.09],
    ];
    painter.polygon(streak, shade);
  }
}

function drawHole(painter: Painter): void {
  painter.ellipse(0.5, 0.53, 0.88, 0.82, "rgb(20, 110, 205)");
  painter.ellipse(0.5, 0.56, 0.8, 0.7, "rgb(62, 190, 250)");
  for (const [x, y, length] of [
    [0.26, 0.52, 0.2],
    [0.3, 0.66, 0.34],
    [0.46, 0.76, 0.24],
    [0.5, 0.5, 0.22],
  ] as const) {
    painter.line(
      [
        [x, y],
        [x + length, y - length * 0.7],
      ],
      "rgb(160, 240, 255)",
      0.035,
    );
  }
}

function drawCracks(painter: Painter): void {
  drawHole(painter);
  const star: Point[] = Array.from({ length: 20 }, (_, i) => {
    const reach = [0.34, 0.15, 0.24, 0.17][i % 4]!;
    const angle = (i / 20) * 2 * Math.PI;
    return [0.5 + reach * Math.cos(angle), 0.55 + reach * Math.sin(angle)];
  });
  painter.polygon(star, "rgb(5, 45, 90)");
}

function drawPresent(painter: Painter): void {
  const dark = "rgb(35, 45, 75)";
  const orange = "rgb(240, 150, 40)";
  painter.rectangle(0.2, 0.8, 0.6, 0.06, "rgb(165, 200, 230)");
  painter.rectangle(0.22, 0.36, 0.56, 0.48, dark);
  painter.rectangle(0.25, 0.39, 0.5, 0.16, "rgb(55, 120, 145)");
  painter.rectangle(0.25, 0.58, 0.5, 0.23, "rgb(62, 90, 130)");
  painter.rectangle(0.25, 0.66, 0.5, 0.06, "rgb(205, 110, 40)");
  painter.rectangle(0.45, 0.39, 0.1, 0.42, orange);
  for (const side of [-1, 1]) {
    const bow: Point[] = [
      [0.5, 0.34],
      [0.5 + side * 0.1, 0.21],
      [0.5 + side * 0.26, 0.22],
      [0.5 + side * 0.27, 0.35],
      [0.5 + side * 0.14, 0.38],
    ];
    painter.polygon(bow, orange);
    painter.ellipse(0.5 + side * 0.16, 0.3, 0.12, 0.06, "rgb(190, 90, 35)");
  }
  painter.circle(0.5, 0.33, 0.06, "rgb(250, 180, 80)");
}
