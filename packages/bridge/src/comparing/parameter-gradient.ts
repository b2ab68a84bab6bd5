import { GradbridgeError, noGrad, onDevice, tensor, tidy } from "@gradbridge/core";
import { type ApplyOptions, applyDelta } from "../applying/apply-delta.ts";
import type { LearnedFrom } from "../callbacks/callback.ts";
import { minibatchOf, uploadRollout } from "../training/learning-inputs.ts";

/**
 * The gradient of all parameters, one after the other, that one way of applying δ gives for a whole rollout at the
 * policy's current parameters. Nothing is changed: gradients that were there are put back.
 * @param progress how far training is, 0 … 1, for what the estimator schedules
 */
export async function parameterGradient(
  { rollout, policy, estimator }: LearnedFrom,
  options: Pick<ApplyOptions, "mode" | "anchor" | "reduction" | "scale">,
  progress = 0,
): Promise<Float32Array> {
  const targets =
    estimator.prepareAsync === undefined ? estimator.prepare(rollout) : await estimator.prepareAsync(rollout);
  const numbers = Object.entries(estimator.scalars?.(progress) ?? {});
  const parameters = policy.parameters();
  const before = parameters.map(({ grad }) => grad);
  try {
    // the policy may live on another device than the current one, which cannot be read at once
    return onDevice(parameters[0]!.device, () =>
      tidy(() => {
        const inputs = {
          columns: uploadRollout(rollout, targets, rollout.outputs),
          scalars: Object.fromEntries(numbers.map(([name, value]) => [name, tensor(value)])),
          index: null,
        };
        for (const parameter of parameters) parameter.grad = null;
        const { batch, outputs } = minibatchOf(policy, inputs);
        const deltas = noGrad(() => estimator.delta(batch, outputs));
        applyDelta(outputs, deltas, { ...options, behavior: batch.behavior, estimator: estimator.name });
        return concatenated(parameters.map(({ grad, size }) => grad?.dataSync() ?? new Float32Array(size)));
      }),
    );
  } finally {
    parameters.forEach((parameter, i) => {
      parameter.grad = before[i]!;
    });
  }
}

/** How alike two gradients are. */
export interface GradientAgreement {
  /** x·y / ‖x‖‖y‖; 1 for the same direction, NaN where one of them is 0. */
  readonly cosine: number;
  /** ‖x‖ / ‖y‖ */
  readonly normRatio: number;
}

/**
 * Compares the gradient x with y, both as one long vector.
 * @throws code `shape` where their lengths differ.
 */
export function gradientAgreement(x: ArrayLike<number>, y: ArrayLike<number>): GradientAgreement {
  if (x.length !== y.length) {
    throw new GradbridgeError(
      "shape",
      `gradientAgreement: gradients of the same parameters have one length, got ${x.length} and ${y.length}.`,
    );
  }
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xx += x[i]! * x[i]!;
    yy += y[i]! * y[i]!;
    xy += x[i]! * y[i]!;
  }
  return { cosine: xy / Math.sqrt(xx * yy), normRatio: Math.sqrt(xx / yy) };
}

function concatenated(parts: readonly ArrayLike<number>[]): Float32Array {
  const all = new Float32Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
