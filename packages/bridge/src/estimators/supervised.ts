import { enableGrad, GradbridgeError, grad, neg, type Tensor } from "@gradbridge/core";
import type { Family, PolicyOutputs } from "@gradbridge/policy";
import { defineEstimator, type Estimator, type Minibatch } from "./estimator.ts";

/** Options of {@link supervised}. */
export interface SupervisedOptions {
  /** The output that is learned, with the labels' rows. Default: the first one that is not `value`. */
  readonly output?: string;
  /** What the output should say about these rows. Default: the actions of the rollout, that is imitation. */
  readonly labels?: (batch: Minibatch) => Tensor;
}

/**
 * Supervised learning as δ: the gradient of the log-likelihood of labels y under a natural exponential family whose natural
 * parameter the output gives.
 *
 * δ = T(y) − ŷ for an output that is the natural parameter η; for families with negative η, where the output z gives
 * η = −softplus(z), δ = (T(y) − ŷ) ∂η/∂z. Regression, classification and counting are the same line with another family.
 *
 * Unbiased for the gradient of the expected log-likelihood; rewards play no part.
 * @throws in `delta`, code `estimator` for an output that does not exist, and the family's own errors for labels that do
 *   not fit.
 */
export function supervised(
  family: Family,
  options: SupervisedOptions = {},
): Estimator<Record<never, Float32Array>> {
  const { labels } = options;
  return defineEstimator({
    name: `supervised(${family.name})`,
    requires: labels === undefined ? ["action"] : ["action", "observation"],
    prepare: () => ({}),
    delta(batch, outputs) {
      const name = options.output ?? firstOutput(outputs);
      const output = outputs[name];
      if (output === undefined) {
        throw new GradbridgeError(
          "estimator",
          `supervised(${family.name}): the policy has no output "${name}". Outputs: ${Object.keys(outputs).join(", ")}.`,
        );
      }
      const z = output.detach();
      const eta = family.naturalParameter(z);
      const delta = neg(family.seed(eta, (labels ?? actionsOf)(batch)));
      return { [name]: family.domain === "real" ? delta : throughLink(family, z, delta) };
    },
  });
}

/** δ ∂η/∂z. */
function throughLink(family: Family, z: Tensor, delta: Tensor): Tensor {
  return enableGrad(() => {
    const leaf = z.detach();
    leaf.requiresGrad = true;
    return grad(family.naturalParameter(leaf), [leaf], { seeds: delta })[0]!.detach();
  });
}

function actionsOf({ action }: Minibatch): Tensor {
  return action;
}

function firstOutput(outputs: PolicyOutputs): string {
  return Object.keys(outputs).find((name) => name !== "value") ?? "value";
}
