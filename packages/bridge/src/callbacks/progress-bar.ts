import type { SingleBar } from "cli-progress";
import { type Callback, defineCallback } from "./callback.ts";

/** A progress bar on stderr: steps, speed, and the mean return of the last 100 episodes. Node only. */
export function progressBar(): Callback {
  let bar: SingleBar | undefined;
  return defineCallback({
    name: "progressBar",
    async onStart({ settings, steps }) {
      const { default: cliProgress } = await import("cli-progress"); // not before somebody looks at a bar
      bar = new cliProgress.SingleBar({
        format: "{bar} {percentage}% | {value}/{total} steps | {rate} steps/s | return {return}",
        barCompleteChar: "█",
        barIncompleteChar: "░",
        hideCursor: true,
        noTTYOutput: false,
        stream: process.stderr,
        clearOnComplete: false,
      });
      bar.start(settings.steps, Math.min(steps, settings.steps), { rate: "–", return: "–" });
    },
    onUpdate({ settings }, { steps, seconds, returnMean }) {
      bar?.update(Math.min(steps, settings.steps), {
        rate: Math.round(steps / Math.max(seconds, 1e-3)).toLocaleString("en"),
        return: returnMean === null ? "–" : returnMean.toFixed(1),
      });
    },
    onEnd() {
      bar?.stop();
    },
  });
}
