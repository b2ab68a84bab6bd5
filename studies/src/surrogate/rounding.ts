import { surrogateLoss } from "@gradbridge/bridge";
import { setDevice, tensor } from "@gradbridge/core";
import { generator } from "@gradbridge/random";
import { relativeDistance } from "../statistics.ts";
import type { StudyTable } from "../study.ts";

const size = 10_000;
const deltaSize = 1e-4;

/**
 * The gradient of the surrogate at y = ỹ against −δ, for |δ| = 1e-4 and outputs of growing size: what ỹ + δ loses.
 * `seed` and `inner` have no such sum; their error is 0.
 */
export async function roundingTable(): Promise<StudyTable> {
  const rows: string[][] = [];
  for (const magnitude of [1e-2, 1, 10, 100, 1e3, 1e4]) {
    rows.push([
      `${magnitude}`,
      scientific(await roundingError(magnitude, "wasm", "float32")),
      scientific(await roundingError(magnitude, "reference", "float64")),
    ]);
  }
  await setDevice("wasm");
  return { columns: ["size of y", "float32", "float64"], rows };
}

async function roundingError(
  magnitude: number,
  device: string,
  dtype: "float32" | "float64",
): Promise<number> {
  await setDevice(device);
  const random = generator(3);
  // between ½ and 1½ times the size, so that rounding errors do not depend on a power of two
  const outputs = Float64Array.from({ length: size }, () => magnitude * random.uniform(0.5, 1.5));
  const deltas = Float64Array.from({ length: size }, () => deltaSize * (random.random() < 0.5 ? -1 : 1));
  const y = tensor(outputs, { dtype, requiresGrad: true });
  const delta = tensor(deltas, { dtype });
  surrogateLoss(y, y.detach(), delta, { reduction: "sum" }).backward();
  return relativeDistance(y.grad!.dataSync(), delta.neg().dataSync());
}

function scientific(value: number): string {
  return value === 0 ? "0" : value.toExponential(1);
}
