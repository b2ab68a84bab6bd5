import { GradbridgeError } from "@gradbridge/random";
import { DTypeError, ShapeError } from "../errors.ts";
import { tensor } from "../tensor/create.ts";
import { outsideRecording } from "../tensor/recording.ts";
import { formatShape, stridesOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { launch } from "./launch.ts";
import { type Operation, perform } from "./operation.ts";

/** One number for both axes, or [vertical, horizontal]. */
export type Pair = number | readonly [number, number];

/** Windows that slide over images: [vertical, horizontal] each. Internal. */
export interface WindowGeometry {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** How many windows there are. */
  readonly count: readonly [number, number];
  /** The images' height and width, padding included. */
  readonly image: readonly [number, number];
}

/** y[n, c, (i, j), (u, v)] = x[n, c, u·stride + i·dilation, v·stride + j·dilation]: one strided copy. */
const operation: Operation<WindowGeometry> = {
  name: "windows",
  forward: ([x], { size, stride, dilation, count }) => {
    const [images, channels] = x.shape;
    const shape = [images, channels, size[0], size[1], count[0], count[1]];
    const [perImage, perChannel, row] = stridesOf(x.shape);
    const inputStrides = [perImage, perChannel, dilation[0] * row, dilation[1], stride[0] * row, stride[1]];
    return launch(
      {
        kind: "copy",
        dtype: x.dtype,
        shape,
        inputOffset: 0,
        inputStrides,
        outputOffset: 0,
        outputStrides: stridesOf(shape),
      },
      [x],
      [images, channels, size[0] * size[1], count[0] * count[1]],
    );
  },
  vjp: (c, node) => perform(overlapAdd, [c], node.attributes),
};

/** The transpose: windows added up where they overlap. */
const overlapAdd: Operation<WindowGeometry> = {
  name: "overlapAdd",
  forward: ([y], geometry) => {
    const [images, channels, inWindow, windows] = y.shape;
    const [height, width] = geometry.image;
    return launch(
      {
        kind: "scatterAdd",
        mode: "slices",
        dtype: y.dtype,
        outer: images * channels,
        axis: height * width,
        inner: 1,
        count: inWindow * windows,
      },
      [y, positions(geometry, y.device)],
      [images, channels, height, width],
    );
  },
  vjp: (c, node) => perform(operation, [c], node.attributes),
};

/** How many lists of positions are remembered: more than the layers of any network here. */
const remembered = 64;
const known = new Map<string, Tensor>();

/** Where in an image each element of its windows lies, made once per geometry and device. */
function positions(geometry: WindowGeometry, device: string): Tensor {
  const key = `${device} ${JSON.stringify(geometry)}`;
  let index = known.get(key);
  if (index === undefined) {
    const { size, stride, dilation, count, image } = geometry;
    const values = new Int32Array(size[0] * size[1] * count[0] * count[1]);
    let position = 0;
    for (let i = 0; i < size[0]; i++) {
      for (let j = 0; j < size[1]; j++) {
        for (let u = 0; u < count[0]; u++) {
          for (let v = 0; v < count[1]; v++) {
            values[position++] =
              (u * stride[0] + i * dilation[0]) * image[1] + v * stride[1] + j * dilation[1];
          }
        }
      }
    }
    index = outsideRecording(() => tensor(values, { device }));
    index.kept = true;
    if (known.size >= remembered) known.delete(known.keys().next().value!);
    known.set(key, index);
  }
  return index;
}

/** The windows of [n, c, height, width] as [n, c, elements of a window, windows]. Internal. */
export function windows(x: Tensor, geometry: WindowGeometry): Tensor {
  return perform(operation, [x], geometry);
}

/** An option as [vertical, horizontal], each an integer of at least `least`. Internal. */
export function pairOf(operation: string, option: string, value: Pair, least: number): [number, number] {
  const pair: readonly number[] = typeof value === "number" ? [value, value] : value;
  if (pair.length !== 2 || !pair.every((size) => Number.isInteger(size) && size >= least)) {
    throw new GradbridgeError(
      "option",
      `${operation}: ${option} must be an integer ≥ ${least}, or two ([vertical, horizontal]), got ${JSON.stringify(value)}.`,
    );
  }
  return [pair[0], pair[1]];
}

/** Refuses what is no batch of float images. Internal. */
export function checkImages(operation: string, x: Tensor): void {
  if (x.shape.length !== 4) {
    throw new ShapeError(
      `${operation}: x must be [n, channels, height, width], got ${formatShape(x.shape)}. Use unsqueeze(x, 0) for one image.`,
    );
  }
  if (x.dtype === "int32") {
    throw new DTypeError(`${operation}: takes float tensors, got int32. Use cast(x, "float32").`);
  }
}

/** How windows lie on images of a size (padding included). @throws code `shape` where not one fits. Internal. */
export function geometryOf(
  operation: string,
  image: readonly [number, number],
  size: readonly [number, number],
  stride: readonly [number, number],
  dilation: readonly [number, number],
): WindowGeometry {
  const count = image.map(
    (length, i) => Math.floor((length - dilation[i] * (size[i] - 1) - 1) / stride[i]) + 1,
  );
  if (count[0] < 1 || count[1] < 1) {
    throw new ShapeError(
      `${operation}: a window of ${size.join("×")} (dilation ${dilation.join("×")}) does not fit into ${image.join("×")} (padding included).`,
    );
  }
  return { size, stride, dilation, count: [count[0], count[1]], image };
}
