/** Binary, compare and where kernels: which of the loops in `assembly/binary.ts` and `where.ts` fits the strides. */
import { sizeOf } from "../../tensor/shape.ts";
import type { KernelOf } from "../kernel.ts";
import type { WasmKernels } from "./kernels.ts";
import type { LaunchTarget } from "./launch-target.ts";
import { isDense, Layout } from "./layout.ts";
import { binaryCodes } from "./op-codes.ts";
import { leftScalar, rightScalar, vectors } from "./scalar-side.ts";

/** Rows at least this long are worth a call each. */
export const longRow = 128;

export class Elementwise {
  private readonly target: LaunchTarget;
  private readonly kernels: WasmKernels;
  private readonly layout = new Layout();

  constructor(target: LaunchTarget) {
    this.target = target;
    this.kernels = target.kernels;
  }

  /** `inputs` and `z` are addresses. */
  binary(kernel: KernelOf<"binary"> | KernelOf<"compare">, inputs: readonly number[], z: number): void {
    const { shape, strides, scalar } = kernel;
    const op = binaryCodes[kernel.op];
    const integer = kernel.dtype === "int32" ? 1 : 0;
    if (scalar !== undefined) {
      const side = scalar.side === "left" ? leftScalar : rightScalar;
      if (isDense(shape, strides[0]!)) {
        const length = sizeOf(shape);
        if (integer === 1) {
          this.kernels.binaryScalarInteger(op, side, inputs[0]!, Math.trunc(scalar.value), z, length);
        } else {
          this.kernels.binaryScalarFloat(op, side, inputs[0]!, scalar.value, z, length);
        }
      } else {
        this.stridedScalar(kernel, op, integer, side, inputs[0]!, z);
      }
    } else if (isDense(shape, strides[0]!) && isDense(shape, strides[1]!)) {
      this.kernels.binaryContiguous(integer, op, vectors, inputs[0]!, inputs[1]!, z, sizeOf(shape));
    } else {
      this.layout.set(shape, strides);
      this.strided(op, integer, inputs[0]!, inputs[1]!, z);
    }
  }

  where(kernel: KernelOf<"where">, inputs: readonly number[], out: number): void {
    const { shape, strides } = kernel;
    const condition = inputs[0]!;
    const x = inputs[1]!;
    const y = inputs[2]!;
    if (isDense(shape, strides[0]!) && isDense(shape, strides[1]!) && isDense(shape, strides[2]!)) {
      this.kernels.whereContiguous(condition, x, y, out, sizeOf(shape));
      return;
    }
    const layout = this.layout;
    layout.set(shape, strides);
    if (layout.length === 0) return;
    this.target.storeLayout(layout, 3);
    this.kernels.whereTiled(
      condition,
      layout.kindOf(0),
      layout.periodOf(0),
      x,
      layout.kindOf(1),
      layout.periodOf(1),
      y,
      layout.kindOf(2),
      layout.periodOf(2),
      out,
      layout.rank,
      layout.length,
      layout.tileSize(3),
    );
  }

  /** The scalar becomes an operand whose strides are all 0. */
  private stridedScalar(
    kernel: KernelOf<"binary"> | KernelOf<"compare">,
    op: number,
    integer: number,
    side: number,
    x: number,
    z: number,
  ): void {
    const number = this.target.storeNumber(kernel.scalar!.value, integer === 1);
    const still = kernel.shape.map(() => 0);
    const scalarFirst = side === leftScalar;
    this.layout.set(kernel.shape, scalarFirst ? [still, kernel.strides[0]!] : [kernel.strides[0]!, still]);
    this.strided(op, integer, scalarFirst ? number : x, scalarFirst ? x : number, z);
  }

  private strided(op: number, integer: number, x: number, y: number, z: number): void {
    const { kernels, layout } = this;
    if (layout.length === 0) return;
    const xs = layout.strides[0]!;
    const ys = layout.strides[1]!;
    const xStep = xs[0]!;
    const yStep = ys[0]!;
    const simple = (xStep === 1 && yStep <= 1 && yStep >= 0) || (xStep === 0 && yStep === 1);
    if (simple && (layout.rank === 1 || (layout.rank === 2 && layout.sizes[0]! >= longRow))) {
      const scalars = xStep === 0 ? leftScalar : yStep === 0 ? rightScalar : vectors;
      if (layout.rank === 1) {
        kernels.binaryContiguous(integer, op, scalars, x, y, z, layout.length);
      } else {
        kernels.binaryRows(integer, op, scalars, x, xs[1]!, y, ys[1]!, z, layout.sizes[1]!, layout.sizes[0]!);
      }
      return;
    }
    this.target.storeLayout(layout, 2);
    kernels.binaryTiled(
      integer,
      op,
      x,
      layout.kindOf(0),
      layout.periodOf(0),
      y,
      layout.kindOf(1),
      layout.periodOf(1),
      z,
      layout.rank,
      layout.length,
      layout.tileSize(2),
    );
  }
}
