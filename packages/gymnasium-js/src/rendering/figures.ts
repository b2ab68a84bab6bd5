import type { Painter, Point } from "./painter.ts";

/** Where a figure looks. */
export type Facing = "up" | "right" | "down" | "left";

const SKIN = "rgb(240, 190, 150)";
const DARK = "rgb(60, 35, 45)";
const SHADOW = "rgba(40, 40, 70, 0.35)";

/** Clothes and hair of a figure. */
interface Looks {
  readonly hair: string;
  readonly shirt: string;
  readonly sleeves: string;
  readonly legs: string;
}

const ELF: Looks = {
  hair: "rgb(222, 120, 50)",
  shirt: "rgb(70, 150, 60)",
  sleeves: "rgb(205, 55, 60)",
  legs: "rgb(140, 45, 60)",
};

const PASSENGER: Looks = {
  hair: "rgb(150, 75, 70)",
  shirt: "rgb(215, 65, 50)",
  sleeves: "rgb(80, 150, 70)",
  legs: "rgb(110, 50, 55)",
};

/** A small elf with a pointed hat in the middle of the unit square. */
export function drawElf(painter: Painter, facing: Facing): void {
  drawBody(painter, ELF, facing);
  const ears: Point[] = [
    [0.29, 0.44],
    [0.36, 0.42],
    [0.36, 0.49],
  ];
  if (facing !== "right") painter.polygon(ears, SKIN);
  if (facing !== "left") painter.polygon(mirrored(ears), SKIN);
  drawHat(painter, facing);
}

/** A passenger waiting, in the middle of the unit square. */
export function drawPassenger(painter: Painter): void {
  drawBody(painter, PASSENGER, "down");
  painter.ellipse(0.5, 0.35, 0.36, 0.16, PASSENGER.hair);
  painter.rectangle(0.33, 0.35, 0.05, 0.1, PASSENGER.hair);
  painter.rectangle(0.62, 0.35, 0.05, 0.1, PASSENGER.hair);
}

/** A small stool: where the elf starts. */
export function drawStool(painter: Painter): void {
  painter.rectangle(0.36, 0.36, 0.26, 0.3, DARK);
  painter.rectangle(0.38, 0.38, 0.22, 0.17, "rgb(190, 95, 85)");
  painter.rectangle(0.4, 0.57, 0.04, 0.08, "rgb(150, 65, 70)");
  painter.rectangle(0.54, 0.57, 0.04, 0.08, "rgb(150, 65, 70)");
}

function drawBody(painter: Painter, looks: Looks, facing: Facing): void {
  const isFront = facing === "down" || facing === "up";
  painter.ellipse(0.5, 0.76, 0.34, 0.06, SHADOW);
  painter.rectangle(0.42, 0.66, 0.06, 0.1, looks.legs);
  painter.rectangle(0.52, 0.66, 0.06, 0.1, looks.legs);
  painter.rectangle(0.41, 0.53, 0.18, 0.15, looks.shirt);
  painter.rectangle(0.41, 0.63, 0.18, 0.025, DARK);
  if (isFront) painter.rectangle(0.36, 0.55, 0.06, 0.1, looks.sleeves);
  if (isFront) painter.rectangle(0.58, 0.55, 0.06, 0.1, looks.sleeves);
  else painter.rectangle(0.47, 0.55, 0.07, 0.1, looks.sleeves);
  painter.ellipse(0.5, 0.45, 0.3, 0.24, facing === "up" ? looks.hair : SKIN);
  if (facing === "up") return;
  if (isFront) {
    painter.rectangle(0.43, 0.45, 0.035, 0.06, DARK);
    painter.rectangle(0.535, 0.45, 0.035, 0.06, DARK);
    return;
  }
  painter.rectangle(facing === "left" ? 0.4 : 0.565, 0.45, 0.035, 0.06, DARK);
  painter.ellipse(facing === "left" ? 0.6 : 0.4, 0.45, 0.12, 0.18, looks.hair);
}

function drawHat(painter: Painter, facing: Facing): void {
  const green = "rgb(60, 140, 65)";
  const shade = "rgb(45, 105, 75)";
  const upright: Point[] = [
    [0.36, 0.38],
    [0.44, 0.27],
    [0.5, 0.21],
    [0.56, 0.27],
    [0.64, 0.38],
  ];
  // Seen from the side, the tip hangs over the back of the head.
  const hanging: Point[] = [
    [0.36, 0.38],
    [0.42, 0.26],
    [0.55, 0.22],
    [0.68, 0.23],
    [0.69, 0.37],
    [0.63, 0.38],
  ];
  if (facing === "left") painter.polygon(hanging, green);
  else if (facing === "right") painter.polygon(mirrored(hanging), green);
  else painter.polygon(upright, green);
  if (facing === "left") painter.rectangle(0.64, 0.24, 0.05, 0.16, shade);
  if (facing === "right") painter.rectangle(0.31, 0.24, 0.05, 0.16, shade);
  painter.rectangle(0.35, 0.36, 0.3, 0.05, "rgb(205, 55, 60)");
}

function mirrored(points: readonly Point[]): Point[] {
  return points.map(([x, y]) => [1 - x, y]);
}
