import { type Callback, defineCallback } from "./callback.ts";

/** Ends the run once the mean return of the last 100 episodes reaches `threshold`. */
export function stopOnReturn(threshold: number): Callback {
  return defineCallback({
    name: "stopOnReturn",
    onUpdate(context, { returnMean, episodes }) {
      if (returnMean !== null && episodes >= 100 && returnMean >= threshold)
        context.stop(`return ≥ ${threshold}`);
    },
  });
}
