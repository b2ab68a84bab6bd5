import { finite } from "../ops/finite.ts";
import { reduceAxes } from "../ops/reduce.ts";
import { outsideRecording } from "../tensor/recording.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { noGrad } from "./mode.ts";

/**
 * Whether no element is infinite or NaN. Always true on devices that the host cannot read at once. A compiled function
 * checks its first run alone. Internal.
 */
export function allFinite(x: Tensor): boolean {
  if (x.dtype === "int32" || x.size === 0 || x.storage.backend.readSync === undefined) return true;
  return outsideRecording(() =>
    noGrad(() => {
      const flags = finite(x);
      const lowest =
        x.shape.length === 0
          ? flags
          : reduceAxes(
              "min",
              flags,
              Array.from(x.shape, (_, axis) => axis),
            );
      return lowest.dataSync()[0] === 1;
    }),
  );
}

/**
 * The first element that is infinite or NaN, by its row-major position; null where there is none, and on devices that
 * the host cannot read at once. Inside a compiled function it looks at the recorded run alone.
 */
export function findNonFinite(x: Tensor): { readonly index: number; readonly value: number } | null {
  if (allFinite(x)) return null;
  const values = outsideRecording(() => x.dataSync());
  const index = values.findIndex((value) => !Number.isFinite(value));
  return { index, value: values[index] };
}
