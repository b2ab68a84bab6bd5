import { DTypeError } from "../errors.ts";
import type { ChainKernel } from "./chain.ts";
import type { AnyKernel, BinaryOp, UnaryOp } from "./kernel.ts";

/** Unary operations whose results are not integers: int32 has no such kernel. */
const floatUnaryOps: ReadonlySet<UnaryOp> = new Set<UnaryOp>([
  "exp",
  "expm1",
  "log",
  "log1p",
  "sqrt",
  "reciprocal",
  "sin",
  "cos",
  "tanh",
  "sigmoid",
  "softplus",
  "erf",
]);

const floatBinaryOps: ReadonlySet<BinaryOp> = new Set<BinaryOp>(["tanhGradient", "sigmoidGradient"]);

/**
 * The one rule, for every backend, about which kernels int32 has: those whose result is an integer.
 *
 * What the others compute on int32 is the same everywhere too: `add`, `sub`, `mul`, `square`, `sum`, `prod`,
 * `cumsum`, `matmul` and `scatterAdd` wrap modulo 2³²; `div` truncates toward zero and gives 0 for a zero
 * divisor; `pow` wraps, and a negative exponent truncates the fraction (so 0, but for bases 1 and −1);
 * a scalar operand is truncated toward zero; `floor` is the identity and `isFinite` is 1.
 *
 * @throws DTypeError for a kernel of dtype int32 that only floats have.
 */
export function refuseIntegers(kernel: AnyKernel | ChainKernel): void {
  if (kernel.kind === "chain") {
    for (const step of kernel.steps) {
      if (step.kind === "unary") refuseIntegers({ ...step, length: 0 });
      if (step.kind === "binary") refuseIntegers({ ...step, shape: [], strides: [] });
    }
    return;
  }
  if (kernel.dtype !== "int32") return;
  switch (kernel.kind) {
    case "unary":
      if (floatUnaryOps.has(kernel.op)) refuse(kernel.op);
      break;
    case "binary":
      if (floatBinaryOps.has(kernel.op)) refuse(kernel.op);
      break;
    case "matmul":
      if (kernel.activation === "tanh" || kernel.activation === "sigmoid") {
        refuse(`matmul with activation ${kernel.activation}`);
      }
      break;
    case "softmax":
      refuse(kernel.op);
      break;
    case "sgd":
    case "adam":
    case "adamFromTable":
    case "sumOfSquares":
      refuse(kernel.kind);
      break;
    case "fill":
    case "cast":
    case "compare":
    case "where":
    case "reduce":
    case "cumsum":
    case "copy":
    case "gather":
    case "scatterAdd":
      break;
    default:
      kernel satisfies never;
  }
}

function refuse(operation: string): never {
  throw new DTypeError(`${operation}: takes floats, got int32. Cast the operand to float32 first.`);
}
