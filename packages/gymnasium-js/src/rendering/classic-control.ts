import type { RgbFrame } from "../env.ts";
import { type Painter, type Point, paintFrame } from "./painter.ts";

const BLACK = "rgb(0, 0, 0)";
const GRAY = "rgb(128, 128, 128)";

/** Draws with y upwards from the bottom, as the classic control pictures are described. */
function paintUpwards(width: number, height: number, draw: (painter: Painter) => void): RgbFrame {
  return paintFrame(width, height, (painter) => {
    painter.fromBottomLeft();
    draw(painter);
  });
}

/**
 * A polygon whose corners are pixels, which belong to it: corners are cut to whole numbers, and half a pixel is
 * added all around.
 */
function pixelPolygon(painter: Painter, corners: readonly Point[], color: string): void {
  painter.polygon(
    corners.map(([x, y]) => [Math.trunc(x), Math.trunc(y)]),
    color,
    1,
  );
}

/** A disc around a pixel, which reaches `radius` pixels beyond it. */
function pixelCircle(painter: Painter, x: number, y: number, radius: number, color: string): void {
  painter.circle(Math.trunc(x), Math.trunc(y), Math.trunc(radius) + 0.5, color);
}

/** The four corners of a rectangle around the origin, turned counter-clockwise and then moved. */
function turnedRectangle(
  [left, right, top, bottom]: readonly [number, number, number, number],
  angle: number,
  [x, y]: Point,
): Point[] {
  const corners: Point[] = [
    [left, bottom],
    [left, top],
    [right, top],
    [right, bottom],
  ];
  return corners.map((corner) => move(turn(corner, angle), [x, y]));
}

function turn([x, y]: Point, angle: number): Point {
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);
  return [cosine * x - sine * y, sine * x + cosine * y];
}

function move([x, y]: Point, [right, up]: Point): Point {
  return [x + right, y + up];
}

/**
 * A cart with a pole on a track, 600 × 400.
 *
 * @param position - of the cart, metres from the middle.
 * @param angle - of the pole, radians clockwise from upright.
 */
export function drawCartPole(position: number, angle: number): RgbFrame {
  return paintUpwards(600, 400, (painter) => {
    const scale = 600 / 4.8;
    const poleLength = scale;
    const axle: Point = [position * scale + 300, 100 + 30 / 4];
    const cart = turnedRectangle([-25, 25, 15, -15], 0, [axle[0], 100]);
    pixelPolygon(painter, cart, BLACK);
    const pole = turnedRectangle([-5, 5, poleLength - 5, -5], -angle, axle);
    pixelPolygon(painter, pole, "rgb(202, 152, 101)");
    pixelCircle(painter, ...axle, 5, "rgb(129, 132, 203)");
    painter.line(
      [
        [-1, 100],
        [600, 100],
      ],
      BLACK,
      1,
    );
  });
}

/**
 * A car in a valley with a flag at the goal, 600 × 400.
 *
 * @param position - of the car, −1.2 … 0.6.
 * @param goal - position of the flag.
 */
export function drawMountainCar(position: number, goal: number): RgbFrame {
  return paintUpwards(600, 400, (painter) => {
    // Not 1.8, by a last bit that decides which pixel the continuous car's flag stands on.
    const scale = 600 / (0.6 + 1.2);
    const placeOn = (x: number): Point => [(x + 1.2) * scale, (Math.sin(3 * x) * 0.45 + 0.55) * scale];
    const track = Array.from({ length: 100 }, (_, i) => placeOn(-1.2 + (1.8 * i) / 99));
    painter.line(track, BLACK, 1);
    const slope = Math.cos(3 * position);
    const ground = move(placeOn(position), [0, 10]);
    pixelPolygon(painter, turnedRectangle([-20, 20, 20, 0], slope, ground), BLACK);
    for (const side of [10, -10]) {
      const [x, y] = move(turn([side, 0], slope), ground);
      pixelCircle(painter, x, y, 8, GRAY);
    }
    const [x, y] = placeOn(goal).map(Math.trunc) as [number, number];
    const top = y + 50;
    painter.line(
      [
        [x, y - 0.5],
        [x, top + 0.5],
      ],
      BLACK,
      1,
    );
    const flag: Point[] = [
      [x, top],
      [x, top - 10],
      [x + 25, top - 5],
    ];
    pixelPolygon(painter, flag, "rgb(204, 204, 0)");
  });
}

/**
 * A rod that turns around the middle, 500 × 500, with an arrow as large as the torque.
 *
 * @param angle - of the rod, radians counter-clockwise from upright.
 * @param torque - the last one, −2 … 2 N m counter-clockwise; `null` before the first step.
 */
export function drawPendulum(angle: number, torque: number | null): RgbFrame {
  return paintUpwards(500, 500, (painter) => {
    const scale = 500 / 4.4;
    const middle: Point = [250, 250];
    const red = "rgb(204, 77, 77)";
    const width = 0.2 * scale;
    const rod = turnedRectangle([0, scale, width / 2, -width / 2], angle + Math.PI / 2, middle);
    pixelPolygon(painter, rod, red);
    pixelCircle(painter, ...middle, width / 2, red);
    pixelCircle(painter, ...move(turn([scale, 0], angle + Math.PI / 2), middle), width / 2, red);
    if (torque !== null) drawTorque(painter, torque, scale);
    pixelCircle(painter, ...middle, 0.05 * scale, BLACK);
  });
}

/** An open circle that ends in an arrow head, in the direction of the torque. */
function drawTorque(painter: Painter, torque: number, scale: number): void {
  const size = Math.trunc((scale * Math.abs(torque)) / 2);
  if (size === 0) return;
  const corner = 250 - Math.trunc(size / 2) - 0.5;
  const isFlipped = torque > 0;
  // Drawn 329 wide and 312 high, y upwards, clockwise from the top to the left; then squeezed into a square.
  const scaleX = (isFlipped ? -size : size) / 329;
  painter.inside(isFlipped ? corner + size : corner, corner, scaleX, size / 312, () => {
    painter.arc(172.5, 156, 151, -Math.PI, Math.PI / 2, BLACK, 9.8);
    painter.polygon(
      [
        [21.6, 201],
        [0, 142.5],
        [21.6, 157],
        [44.7, 142.5],
      ],
      BLACK,
    );
  });
}

/**
 * Two links that hang from the middle, and the line the free end must reach, 500 × 500.
 *
 * @param angle1 - of the first link, radians counter-clockwise from hanging down.
 * @param angle2 - of the second link, relative to the first.
 */
export function drawAcrobot(angle1: number, angle2: number): RgbFrame {
  return paintUpwards(500, 500, (painter) => {
    const scale = 500 / 4.4;
    const middle: Point = [250, 250];
    const height = Math.trunc(scale + 250);
    painter.line(
      [
        [-1, height],
        [500, height],
      ],
      BLACK,
      1,
    );
    const hinge = move([scale * Math.sin(angle1), -scale * Math.cos(angle1)], middle);
    const links = [
      { from: middle, angle: angle1 - Math.PI / 2 },
      { from: hinge, angle: angle1 + angle2 - Math.PI / 2 },
    ];
    for (const { from, angle } of links) {
      const link = turnedRectangle([0, scale, 0.1 * scale, -0.1 * scale], angle, from);
      pixelPolygon(painter, link, "rgb(0, 204, 204)");
      pixelCircle(painter, ...from, 0.1 * scale, "rgb(204, 204, 0)");
    }
  });
}
