import { GradbridgeError } from "@gradbridge/random";
import { activeBackend, backendNamed } from "../devices/registry.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { allocateArray, type DType, dtypeOf, type TypedArray } from "./dtype.ts";
import { active } from "./recording.ts";
import { checkShape, formatShape, type Shape, sizeOf } from "./shape.ts";
import { type NestedArray, type Tensor, wrap } from "./tensor.ts";

/** How a new tensor is made. */
export interface TensorOptions {
  /** Element type. Default: that of a typed array given, else `float32`. */
  dtype?: DType;
  /** Whether `backward` accumulates its gradient. Default false. */
  requiresGrad?: boolean;
  /** Device name. Default: the current device. */
  device?: string;
}

function make(operation: string, values: TypedArray, shape: Shape, options: TensorOptions): Tensor {
  const backend = options.device === undefined ? activeBackend() : backendNamed(options.device);
  const dtype = dtypeOf(values);
  if (!backend.dtypes.includes(dtype)) {
    throw new DTypeError(
      `${operation}: ${backend.name} has no ${dtype}, only ${backend.dtypes.join(" and ")}. ` +
        `Give { dtype: "${backend.dtypes[0]}" }${dtype === "float64" ? ' or { device: "reference" }' : ""}.`,
    );
  }
  const buffer = backend.allocate(dtype, values.length);
  backend.write(buffer, values);
  const result = wrap(backend, buffer, shape);
  if (options.requiresGrad) result.requiresGrad = true;
  return result;
}

function filled(operation: string, shape: Shape, value: number, options: TensorOptions): Tensor {
  checkShape(operation, shape);
  return make(
    operation,
    allocateArray(options.dtype ?? "float32", sizeOf(shape)).fill(value),
    [...shape],
    options,
  );
}

function measure(data: NestedArray, shape: number[]): void {
  if (typeof data === "number") return;
  shape.push(data.length);
  if (data.length > 0) measure(data[0], shape);
}

function flatten(data: NestedArray, shape: Shape, axis: number, out: TypedArray, position: number): number {
  if (axis === shape.length) {
    if (typeof data !== "number") throw ragged(shape);
    out[position] = data;
    return position + 1;
  }
  if (!Array.isArray(data) || data.length !== shape[axis]) throw ragged(shape);
  let next = position;
  for (const item of data) next = flatten(item, shape, axis + 1, out, next);
  return next;
}

function ragged(shape: Shape): ShapeError {
  return new ShapeError(
    `tensor: nested arrays must be rectangular and hold numbers; the first ones say ${formatShape(shape)}.`,
  );
}

/**
 * A tensor of `data`: a number, nested arrays, or a typed array (copied) with its `shape`
 * (default: one axis).
 * @throws code `shape` for ragged arrays or a length that is not the shape's; `dtype` where the device lacks it;
 *   `host-data` inside a compiled function.
 */
export function tensor(
  data: NestedArray | TypedArray,
  options: TensorOptions & { shape?: Shape } = {},
): Tensor {
  if (active.recording !== null) {
    throw new GradbridgeError(
      "host-data",
      "tensor: data from the host would be frozen inside compile(): every replay would use the same. " +
        "Make the tensor outside, or pass it as an argument.",
    );
  }
  let values: TypedArray;
  let shape: number[];
  if (ArrayBuffer.isView(data)) {
    const dtype = options.dtype ?? dtypeOf(data);
    values = dtype === dtypeOf(data) ? data : allocateArray(dtype, data.length);
    if (values !== data) values.set(data);
    shape = options.shape === undefined ? [data.length] : [...options.shape];
  } else if (typeof data === "number" || Array.isArray(data)) {
    const measured: number[] = [];
    measure(data, measured);
    values = allocateArray(options.dtype ?? "float32", sizeOf(measured));
    flatten(data, measured, 0, values, 0);
    shape = options.shape === undefined ? measured : [...options.shape];
  } else {
    throw new GradbridgeError(
      "data",
      `tensor: expected a number, nested arrays or a typed array, got ${typeof data}.`,
    );
  }
  checkShape("tensor", shape);
  if (sizeOf(shape) !== values.length) {
    throw new ShapeError(
      `tensor: shape ${formatShape(shape)} has ${sizeOf(shape)} elements, the data ${values.length}.`,
    );
  }
  return make("tensor", values, shape, options);
}

export function zeros(shape: Shape, options: TensorOptions = {}): Tensor {
  return filled("zeros", shape, 0, options);
}

export function ones(shape: Shape, options: TensorOptions = {}): Tensor {
  return filled("ones", shape, 1, options);
}

export function full(shape: Shape, value: number, options: TensorOptions = {}): Tensor {
  return filled("full", shape, value, options);
}

/** `start`, `start + step`, … below `stop` (above it for a negative step); `arange(n)` counts from 0. */
export function arange(start: number, stop?: number, step = 1, options: TensorOptions = {}): Tensor {
  const first = stop === undefined ? 0 : start;
  const last = stop ?? start;
  if (!(step !== 0 && Number.isFinite(step) && Number.isFinite(first) && Number.isFinite(last))) {
    throw new GradbridgeError(
      "range",
      `arange: needs finite bounds and a step that is not 0, got ${first}, ${last}, ${step}.`,
    );
  }
  const values = allocateArray(options.dtype ?? "float32", Math.max(0, Math.ceil((last - first) / step)));
  for (let i = 0; i < values.length; i++) values[i] = first + i * step;
  return make("arange", values, [values.length], options);
}

/** The identity matrix, or the first `columns` columns of it. */
export function eye(rows: number, columns: number = rows, options: TensorOptions = {}): Tensor {
  checkShape("eye", [rows, columns]);
  const values = allocateArray(options.dtype ?? "float32", rows * columns);
  for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = 1;
  return make("eye", values, [rows, columns], options);
}
