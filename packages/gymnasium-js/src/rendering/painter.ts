import type { RgbFrame } from "../env.ts";
import { type Canvas2D, type CanvasPixels, canvasVersion, createCanvas } from "./canvas.ts";

/** A place in the plane, in pixels (or in the unit that {@link Painter.inside} set). */
export type Point = readonly [x: number, y: number];

/** Draws shapes of one colour each; what every picture of this package is made of. */
export class Painter {
  readonly width: number;
  readonly height: number;
  readonly #canvas: Canvas2D;
  #backdrop: { readonly name: string; readonly pixels: CanvasPixels } | null = null;

  /** @throws GymnasiumError `missing-package` where there is no canvas. */
  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.#canvas = createCanvas(width, height);
  }

  /** Starts a picture: everything in `color`, the origin in the top left corner, y downwards. */
  clear(color: string): void {
    const canvas = this.#canvas;
    canvas.setTransform(1, 0, 0, 1, 0, 0);
    canvas.globalAlpha = 1;
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, this.width, this.height);
  }

  /** Draws what is the same in every frame; only once, as long as `name` stays. Call it right after `clear`. */
  backdrop(name: string, draw: () => void): void {
    if (this.#backdrop?.name === name) {
      this.#canvas.putImageData(this.#backdrop.pixels, 0, 0);
      return;
    }
    draw();
    this.#backdrop = { name, pixels: this.#canvas.getImageData(0, 0, this.width, this.height) };
  }

  /** Moves the origin to the middle of the pixel in the bottom left corner, y upwards. */
  fromBottomLeft(): void {
    this.#canvas.setTransform(1, 0, 0, -1, 0.5, this.height - 0.5);
  }

  /** Draws with the origin at `(x, y)` and lengths multiplied by `scaleX` and `scaleY`. */
  inside(x: number, y: number, scaleX: number, scaleY: number, draw: () => void): void {
    const canvas = this.#canvas;
    canvas.save();
    canvas.translate(x, y);
    canvas.scale(scaleX, scaleY);
    draw();
    canvas.restore();
  }

  /** Draws with the given opacity, 0 … 1. */
  translucent(opacity: number, draw: () => void): void {
    const before = this.#canvas.globalAlpha;
    this.#canvas.globalAlpha = before * opacity;
    draw();
    this.#canvas.globalAlpha = before;
  }

  rectangle(x: number, y: number, width: number, height: number, color: string): void {
    this.#canvas.fillStyle = color;
    this.#canvas.fillRect(x, y, width, height);
  }

  /** A filled polygon; with `border` its outline is drawn too, that many units wide. */
  polygon(points: readonly Point[], color: string, border = 0): void {
    this.#trace(points);
    this.#canvas.closePath();
    this.#canvas.fillStyle = color;
    this.#canvas.fill();
    if (border > 0) this.#stroke(color, border);
  }

  /** Straight lines from point to point. */
  line(points: readonly Point[], color: string, lineWidth: number): void {
    this.#trace(points);
    this.#stroke(color, lineWidth);
  }

  /** A filled circle. */
  circle(x: number, y: number, radius: number, color: string): void {
    this.#canvas.beginPath();
    this.#canvas.arc(x, y, radius, 0, 2 * Math.PI);
    this.#canvas.fillStyle = color;
    this.#canvas.fill();
  }

  /** A part of a circle's outline, from one angle (radians, 0 to the right, towards y) up to another. */
  arc(
    x: number,
    y: number,
    radius: number,
    from: number,
    to: number,
    color: string,
    lineWidth: number,
  ): void {
    this.#canvas.beginPath();
    this.#canvas.arc(x, y, radius, from, to);
    this.#stroke(color, lineWidth);
  }

  /** A filled ellipse, `width × height` with its middle at `(x, y)`. */
  ellipse(x: number, y: number, width: number, height: number, color: string): void {
    this.inside(x, y, width / 2, height / 2, () => this.circle(0, 0, 1, color));
  }

  /** The picture as pixels; the painter can go on. */
  toFrame(): RgbFrame {
    const { width, height } = this;
    const rgba = this.#canvas.getImageData(0, 0, width, height).data;
    const data = new Uint8Array(width * height * 3);
    for (let from = 0, to = 0; to < data.length; from += 4, to += 3) {
      data[to] = rgba[from]!;
      data[to + 1] = rgba[from + 1]!;
      data[to + 2] = rgba[from + 2]!;
    }
    return { height, width, data };
  }

  #trace(points: readonly Point[]): void {
    this.#canvas.beginPath();
    for (const [index, [x, y]] of points.entries()) {
      if (index === 0) this.#canvas.moveTo(x, y);
      else this.#canvas.lineTo(x, y);
    }
  }

  #stroke(color: string, lineWidth: number): void {
    this.#canvas.strokeStyle = color;
    this.#canvas.lineWidth = lineWidth;
    this.#canvas.stroke();
  }
}

const painters = new Map<string, { readonly painter: Painter; readonly version: number }>();

/**
 * Draws one frame of `width × height` pixels. Canvases are kept per size and used again, by all environments: a
 * frame is copied out before the next one starts.
 *
 * @throws GymnasiumError `missing-package` where there is no canvas.
 */
export function paintFrame(width: number, height: number, draw: (painter: Painter) => void): RgbFrame {
  const size = `${width}×${height}`;
  let kept = painters.get(size);
  if (kept === undefined || kept.version !== canvasVersion()) {
    kept = { painter: new Painter(width, height), version: canvasVersion() };
    painters.set(size, kept);
  }
  kept.painter.clear("white");
  draw(kept.painter);
  return kept.painter.toFrame();
}
