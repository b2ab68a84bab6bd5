import { GradbridgeError } from "@gradbridge/core";
import { type Callback, defineCallback } from "./callback.ts";

/**
 * Ends the run once the mean return of the last 100 episodes reaches `threshold`.
 * @throws code `option` for a threshold that is no finite number.
 */
export function stopOnReturn(threshold: number): Callback {
  if (!Number.isFinite(threshold)) {
    throw new GradbridgeError("option", `stopOnReturn: threshold must be a finite number, got ${threshold}.`);
  }
  return defineCallback({
    name: "stopOnReturn",
    onUpdate(context, { returnMean, episodes }) {
      if (returnMean !== null && episodes >= 100 && returnMean >= threshold)
        context.stop(`return ≥ ${threshold}`);
    },
  });
}
