import { GradbridgeError } from "@gradbridge/random";
import { DTypeError, ShapeError } from "../errors.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add } from "./add.ts";
import { matmul } from "./matmul.ts";
import { pad } from "./pad.ts";
import { reshape } from "./reshape.ts";
import { checkImages, geometryOf, type Pair, pairOf, windows } from "./windows.ts";

/** Options of {@link conv2d}. */
export interface Conv2dOptions {
  /** Pixels from one window to the next. Default 1. */
  readonly stride?: Pair;
  /** Zeros around each image. Default 0. */
  readonly padding?: Pair;
  /** Pixels from one element of a window to the next. Default 1. */
  readonly dilation?: Pair;
  /** Channels are divided into so many groups that do not see each other. Default 1. */
  readonly groups?: number;
}

/**
 * Two-dimensional cross-correlation of images with kernels, as PyTorch's `conv2d`: one strided copy lays out the
 * windows, one matrix product per image and group does the rest.
 * @param x [n, channels, height, width]
 * @param weight [outputs, channels / groups, kernel height, kernel width]
 * @param bias [outputs], or null
 * @returns [n, outputs, ⌊(height + 2 padding − dilation (kernel height − 1) − 1) / stride⌋ + 1, likewise]
 * @throws code `shape`, `dtype`, `option` where they do not fit.
 */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: Conv2dOptions = {},
): Tensor {
  const { groups = 1 } = options;
  const stride = pairOf("conv2d", "stride", options.stride ?? 1, 1);
  const padding = pairOf("conv2d", "padding", options.padding ?? 0, 0);
  const dilation = pairOf("conv2d", "dilation", options.dilation ?? 1, 1);
  checkImages("conv2d", x);
  checkWeight(x, weight, bias, groups);
  const [images] = x.shape;
  const [outputs, channels, height, width] = weight.shape;
  const padded = pad(x, [0, 0, ...padding], [0, 0, ...padding]);
  const geometry = geometryOf(
    "conv2d",
    [padded.shape[2], padded.shape[3]],
    [height, width],
    stride,
    dilation,
  );
  const positions = geometry.count[0] * geometry.count[1];
  const inWindow = channels * height * width;

  const columns = windows(padded, geometry);
  const product =
    groups === 1
      ? matmul(reshape(weight, [outputs, inWindow]), reshape(columns, [images, inWindow, positions]))
      : matmul(
          reshape(weight, [groups, outputs / groups, inWindow]),
          reshape(columns, [images, groups, inWindow, positions]),
        );
  const result = reshape(product, [images, outputs, ...geometry.count]);
  return bias === null ? result : add(result, reshape(bias, [outputs, 1, 1]));
}

function checkWeight(x: Tensor, weight: Tensor, bias: Tensor | null, groups: number): void {
  if (!(Number.isInteger(groups) && groups >= 1)) {
    throw new GradbridgeError("option", `conv2d: groups must be a positive integer, got ${groups}.`);
  }
  const [outputs, channels] = weight.shape;
  if (weight.shape.length !== 4 || channels * groups !== x.shape[1] || outputs % groups !== 0) {
    throw new ShapeError(
      `conv2d: x of shape ${formatShape(x.shape)} in ${groups} group(s) needs a weight of ` +
        `[outputs, ${x.shape[1] / groups}, height, width] with outputs divisible by ${groups}, got ${formatShape(weight.shape)}.`,
    );
  }
  if (bias !== null && !sameShape(bias.shape, [outputs])) {
    throw new ShapeError(`conv2d: the bias must be [${outputs}], got ${formatShape(bias.shape)}.`);
  }
  for (const other of bias === null ? [weight] : [weight, bias]) {
    if (other.dtype !== x.dtype) {
      throw new DTypeError(`conv2d: x is ${x.dtype}, weight or bias ${other.dtype}. Use cast().`);
    }
  }
}
