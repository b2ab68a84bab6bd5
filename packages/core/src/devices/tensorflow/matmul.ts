import type { DeviceBuffer } from "../backend.ts";
import type { KernelOf } from "../kernel.ts";
import type { KernelCalls } from "./calls.ts";
import { stridedView } from "./strided.ts";
import type { TensorInfo } from "./tfjs.ts";

/** C[b] = activation(op(A[b]) · op(B[b]) + bias). */
export function matmul(
  calls: KernelCalls,
  kernel: KernelOf<"matmul">,
  inputs: readonly DeviceBuffer[],
): TensorInfo {
  const { batch, m, n, k, transposeA, transposeB, dtype } = kernel;
  let product: TensorInfo;
  if (k === 0) {
    product = calls.call("Fill", {}, { shape: [batch * m, n], value: 0, dtype });
  } else {
    const a = matrices(calls, inputs[0]!, batch, transposeA ? [k, m] : [m, k], kernel.batchStrideA);
    const b = matrices(calls, inputs[1]!, batch, transposeB ? [n, k] : [k, n], kernel.batchStrideB);
    product = calls.call("BatchMatMul", { a, b }, { transposeA, transposeB });
  }
  if (kernel.bias) product = calls.binary("Add", product, calls.view(inputs[2]!, [n]));
  if (product.shape.length === 2 && batch > 1) product = calls.broadcast(product, [batch, m, n]);
  switch (kernel.activation) {
    case "none":
      return product;
    case "relu":
      return dtype === "int32"
        ? calls.binary("Maximum", product, calls.scalar(0, "int32"))
        : calls.unary("Relu", product);
    case "tanh":
      return calls.unary("Tanh", product);
    case "sigmoid":
      return calls.unary("Sigmoid", product);
    default:
      return kernel.activation satisfies never;
  }
}

/** One matrix, or one for each of the batch. */
function matrices(
  calls: KernelCalls,
  buffer: DeviceBuffer,
  batch: number,
  shape: readonly [number, number],
  batchStride: number,
): TensorInfo {
  const [rows, columns] = shape;
  const one = rows * columns;
  if ((batch === 1 || batchStride === 0) && buffer.length === one) return calls.view(buffer, shape);
  if (batchStride === one && buffer.length === batch * one) return calls.view(buffer, [batch, ...shape]);
  const full = [batch, ...shape];
  return calls.reshape(
    stridedView(calls, buffer, full, [batchStride, columns, 1]),
    batchStride === 0 ? shape : full,
  );
}
