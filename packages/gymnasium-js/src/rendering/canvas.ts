import { optionalPackage } from "./optional-package.ts";

/**
 * What is needed of a canvas: a small part of the browser's `CanvasRenderingContext2D`, which any canvas package
 * offers too. Colours are CSS colours, lengths pixels, angles radians.
 */
export interface Canvas2D {
  fillStyle: unknown;
  strokeStyle: unknown;
  lineWidth: number;
  globalAlpha: number;
  save(): void;
  restore(): void;
  translate(x: number, y: number): void;
  scale(x: number, y: number): void;
  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void;
  beginPath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  closePath(): void;
  arc(x: number, y: number, radius: number, from: number, to: number): void;
  fill(): void;
  stroke(): void;
  fillRect(x: number, y: number, width: number, height: number): void;
  /** Rows of pixels from the top: red, green, blue, alpha of 0 … 255. */
  getImageData(x: number, y: number, width: number, height: number): CanvasPixels;
  putImageData(pixels: CanvasPixels, x: number, y: number): void;
}

/** What `getImageData` gives and `putImageData` takes. */
export interface CanvasPixels {
  readonly data: ArrayLike<number>;
}

/** Makes a canvas of `width × height` pixels and gives its drawing context. */
export type CanvasFactory = (width: number, height: number) => Canvas2D;

/** The part of a browser's (or canvas package's) canvas that leads to the context. */
interface CanvasElement {
  getContext(kind: "2d", options?: { willReadFrequently?: boolean }): unknown;
}

interface BrowserScope {
  readonly OffscreenCanvas?: new (width: number, height: number) => CanvasElement;
  readonly document?: { createElement(tag: "canvas"): CanvasElement & { width: number; height: number } };
}

const NODE_PACKAGE = "@napi-rs/canvas";

let chosen: CanvasFactory | null = null;
let version = 0;

/**
 * Chooses how the canvases of `rgb_array` frames are made. By default: `OffscreenCanvas` or a `<canvas>` element where
 * there is one (browsers), else the package `@napi-rs/canvas`, which has prebuilt binaries for Node.
 *
 * ```ts
 * import { createCanvas } from "canvas";
 * setCanvasFactory((width, height) => createCanvas(width, height).getContext("2d"));
 * ```
 *
 * @param factory - the new way, or `null` for the default.
 * @returns the factory that was set before (`null`: the default), so that it can be put back.
 */
export function setCanvasFactory(factory: CanvasFactory | null): CanvasFactory | null {
  const previous = chosen;
  chosen = factory;
  version += 1;
  return previous;
}

/** Changes with every {@link setCanvasFactory}: a canvas made under another number is out of date. */
export function canvasVersion(): number {
  return version;
}

/**
 * A new canvas.
 *
 * @throws GymnasiumError `missing-package` where there is neither a browser's canvas nor a canvas package.
 */
export function createCanvas(width: number, height: number): Canvas2D {
  if (chosen !== null) return chosen(width, height);
  const { OffscreenCanvas, document } = globalThis as BrowserScope;
  // Read back after every frame: kept out of the graphics memory.
  const options = { willReadFrequently: true };
  if (OffscreenCanvas !== undefined) {
    return new OffscreenCanvas(width, height).getContext("2d", options) as Canvas2D;
  }
  if (document !== undefined) {
    const element = document.createElement("canvas");
    element.width = width;
    element.height = height;
    return element.getContext("2d", options) as Canvas2D;
  }
  const { createCanvas: create } = optionalPackage<{
    createCanvas(width: number, height: number): CanvasElement;
  }>(NODE_PACKAGE, 'The render mode "rgb_array"', "setCanvasFactory with another canvas");
  return create(width, height).getContext("2d", options) as Canvas2D;
}
