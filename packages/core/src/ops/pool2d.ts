import { GradbridgeError } from "@gradbridge/random";
import type { Tensor } from "../tensor/tensor.ts";
import { detach } from "./detach.ts";
import { div } from "./div.ts";
import { argmax } from "./extremum.ts";
import { gatherUnchecked } from "./gather.ts";
import { filledLike } from "./launch.ts";
import { mean } from "./mean.ts";
import { pad } from "./pad.ts";
import { reshape } from "./reshape.ts";
import { sum } from "./sum.ts";
import { checkImages, geometryOf, type Pair, pairOf, type WindowGeometry, windows } from "./windows.ts";

/** Options of {@link maxPool2d} and {@link avgPool2d}. */
export interface Pool2dOptions {
  /** Pixels from one window to the next. Default: the window's size. */
  readonly stride?: Pair;
  /** Margin around each image, at most half the window. Default 0. */
  readonly padding?: Pair;
}

/** Options of {@link avgPool2d}. */
export interface AvgPool2dOptions extends Pool2dOptions {
  /** Whether the margin's zeros count in the mean. Default true. */
  readonly countPadding?: boolean;
}

interface Pooling {
  readonly padding: readonly [number, number];
  readonly geometry: WindowGeometry;
}

function plan(name: string, x: Tensor, size: Pair, options: Pool2dOptions): Pooling {
  const window = pairOf(name, "size", size, 1);
  const stride = pairOf(name, "stride", options.stride ?? window, 1);
  const padding = pairOf(name, "padding", options.padding ?? 0, 0);
  checkImages(name, x);
  if (padding[0] * 2 > window[0] || padding[1] * 2 > window[1]) {
    throw new GradbridgeError(
      "option",
      `${name}: padding must be at most half the window's size, got ${padding.join("×")} for ${window.join("×")}.`,
    );
  }
  const image = [x.shape[2] + 2 * padding[0], x.shape[3] + 2 * padding[1]] as const;
  return { padding, geometry: geometryOf(name, image, window, stride, [1, 1]) };
}

function windowsOf(x: Tensor, { padding, geometry }: Pooling, margin: number): Tensor {
  const margins = [0, 0, ...padding];
  return windows(pad(x, margins, margins, margin), geometry);
}

/**
 * The largest element of each window, as PyTorch's `max_pool2d`. The first of equal ones gets the gradient (`max`
 * shares it); NaN where there is one.
 * @param x [n, channels, height, width]
 * @param size The window's size, or [vertical, horizontal].
 * @throws code `shape`, `dtype`, `option` where they do not fit.
 */
export function maxPool2d(x: Tensor, size: Pair, options: Pool2dOptions = {}): Tensor {
  const pooling = plan("maxPool2d", x, size, options);
  const all = windowsOf(x, pooling, -Infinity);
  const first = argmax(detach(all), 2, { keepDims: true });
  return reshape(gatherUnchecked(all, 2, first, "elements"), [
    x.shape[0],
    x.shape[1],
    ...pooling.geometry.count,
  ]);
}

/**
 * The mean of each window, as PyTorch's `avg_pool2d`.
 * @param x [n, channels, height, width]
 * @param size The window's size, or [vertical, horizontal].
 * @throws code `shape`, `dtype`, `option` where they do not fit.
 */
export function avgPool2d(x: Tensor, size: Pair, options: AvgPool2dOptions = {}): Tensor {
  const pooling = plan("avgPool2d", x, size, options);
  const all = windowsOf(x, pooling, 0);
  const shape = [x.shape[0], x.shape[1], ...pooling.geometry.count];
  if (options.countPadding ?? true) return reshape(mean(all, 2), shape);
  const [, , height, width] = x.shape;
  const inside = sum(windowsOf(filledLike(x, [1, 1, height, width], 1), pooling, 0), 2);
  return reshape(div(sum(all, 2), inside), shape);
}
