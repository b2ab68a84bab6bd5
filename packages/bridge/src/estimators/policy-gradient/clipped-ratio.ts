import {
  abs,
  cast,
  exp,
  greater,
  lessEqual,
  mean,
  mul,
  type Schedule,
  sign,
  sub,
  type Tensor,
  where,
} from "@gradbridge/core";
import type { Diagnostics, Minibatch } from "../estimator.ts";
import { checkNonNegative } from "../options.ts";

/** r = π(a)/π_old(a), [N]. */
export function ratioOf({
  distribution,
  action,
  logProb,
}: Pick<Minibatch, "distribution" | "action" | "logProb">): Tensor {
  return exp(sub(distribution.logProb(action), logProb));
}

/**
 * What the clipped surrogate min(r A, clamp(r, 1 − ε, 1 + ε) A) (Schulman et al. 2017, eq. 7) multiplies the score with:
 * m r A, [N], where m = 0 exactly when A > 0 and r > 1 + ε, or A < 0 and r < 1 − ε, and else 1.
 */
export function clippedWeight(ratio: Tensor, advantage: Tensor, clip: Tensor): Tensor {
  // sign(A)(r − 1) > ε says both cases at once
  const moves = lessEqual(mul(sign(advantage), sub(ratio, 1)), clip);
  return where(moves, mul(ratio, advantage), 0);
}

/** `entropy`; `approxKl`, Schulman's k3 estimate E[(r − 1) − log r] of KL(π_old ‖ π); `clipFraction`. */
export function ratioDiagnostics(batch: Minibatch): Diagnostics {
  const logRatio = sub(batch.distribution.logProb(batch.action), batch.logProb);
  const change = sub(exp(logRatio), 1);
  return {
    entropy: batch.distribution.entropy().mean(),
    approxKl: mean(sub(change, logRatio)),
    clipFraction: mean(cast(greater(abs(change), batch.scalars.clip!), "float32")),
  };
}

/** A clip range ε, constant or not, as the schedule it is. */
export function clipSchedule(estimator: string, clip: number | Schedule): Schedule {
  const schedule = typeof clip === "number" ? (): number => clip : clip;
  checkNonNegative(estimator, { clip: schedule(0) });
  return schedule;
}
