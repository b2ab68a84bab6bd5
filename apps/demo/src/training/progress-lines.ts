import { type Callback, defineCallback } from "@gradbridge/bridge";

/** For logs, where a progress bar is of no use: one line of text every tenth of the way. */
export function progressLines(write: (text: string) => void): Callback {
  let tenths = 0;
  return defineCallback({
    name: "progressLines",
    onStart({ settings, steps }) {
      tenths = Math.floor((10 * steps) / settings.steps);
    },
    onUpdate({ settings }, { steps, seconds, returnMean }) {
      const now = Math.min(10, Math.floor((10 * steps) / settings.steps));
      if (now === tenths) return;
      tenths = now;
      const speed = Math.round(steps / Math.max(seconds, 1e-3)).toLocaleString("en");
      const reward = returnMean === null ? "–" : returnMean.toFixed(1);
      write(
        `${String(10 * now).padStart(3)}% | ${steps.toLocaleString("en")} steps | ${speed} steps/s | return ${reward}\n`,
      );
    },
  });
}
