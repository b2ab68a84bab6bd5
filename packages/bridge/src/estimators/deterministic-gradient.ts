import {
  clamp,
  enableGrad,
  GradbridgeError,
  grad,
  maximum,
  minimum,
  mul,
  reciprocal,
  sqrt,
  square,
  sum,
  type Tensor,
} from "@gradbridge/core";
import { defineEstimator, type Estimator } from "./estimator.ts";
import { checkPositive } from "./options.ts";

/** Options of {@link deterministicGradient}. */
export interface DeterministicGradientOptions {
  /** Q(s, a), [N], for observations [N, observationSize] and actions [N, d]; differentiable in the actions. */
  readonly critic: (observation: Tensor, action: Tensor) => Tensor;
  /** The policy output that is the action, [N, d]. Default `mean`. */
  readonly output?: string;
  /** Largest δ. Default: no limit. */
  readonly clip?: number;
  /** What `clip` limits: the Euclidean `norm` of each row, or each `element`. Default `norm`. */
  readonly clipBy?: "norm" | "element";
}

/**
 * The deterministic policy gradient (Silver et al. 2014, eq. 9; Lillicrap et al. 2015): δ = ∂Q(s, a)/∂a at the action that
 * the policy puts out now, clipped as the reference agents' `dqda_clipping` (element) or `clip_norm` (norm) does.
 *
 * As good as the critic's slope: unbiased where Q is the policy's own. Training the critic is the caller's business;
 * δ does not reach its parameters.
 * @throws code `option` for options out of range; in `delta`, `estimator` for an output that does not exist or a critic
 *   whose answer is not [N].
 */
export function deterministicGradient(
  options: DeterministicGradientOptions,
): Estimator<Record<never, Float32Array>> {
  const { critic, output = "mean", clip, clipBy = "norm" } = options;
  checkPositive("deterministicGradient", { clip });
  if (typeof critic !== "function" || !["norm", "element"].includes(clipBy)) {
    throw new GradbridgeError(
      "option",
      "deterministicGradient: needs critic (observation, action) => Q [N], and clipBy norm or element.",
    );
  }

  function slope(observation: Tensor, action: Tensor): Tensor {
    const values = critic(observation, action);
    if (values.shape.join() !== `${action.shape[0]}`) {
      throw new GradbridgeError(
        "estimator",
        `deterministicGradient: critic must give Q [${action.shape[0]}], got [${values.shape.join(", ")}].`,
      );
    }
    return grad(sum(values), [action])[0]!;
  }

  function clipped(delta: Tensor): Tensor {
    if (clip === undefined) return delta;
    if (clipBy === "element") return clamp(delta, -clip, clip);
    // min(1, clip/‖δ‖), also where δ is 0
    const norm = maximum(sqrt(sum(square(delta), 1, { keepDims: true })), 1e-30);
    return mul(delta, minimum(mul(reciprocal(norm), clip), 1));
  }

  return defineEstimator({
    name: "deterministicGradient",
    requires: ["observation"],
    prepare: () => ({}),
    delta({ observation }, outputs) {
      const current = outputs[output];
      if (current === undefined) {
        throw new GradbridgeError(
          "estimator",
          `deterministicGradient: the policy has no output "${output}". Outputs: ${Object.keys(outputs).join(", ")}.`,
        );
      }
      const action = current.detach();
      action.requiresGrad = true;
      return { [output]: clipped(enableGrad(() => slope(observation, action)).detach()) };
    },
  });
}
