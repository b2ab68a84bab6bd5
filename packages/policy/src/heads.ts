import { broadcastTo, full, GradbridgeError, type Tensor } from "@gradbridge/core";
import { Categorical } from "./distributions/categorical.ts";
import { DiagonalGaussian } from "./distributions/diagonal-gaussian.ts";
import type { Distribution } from "./distributions/distribution.ts";
import { type Parameterized, parameterized } from "./modules/module.ts";
import type { PolicyOutputs } from "./policy.ts";

/** How a network's last layer becomes a distribution over actions. */
export interface Head {
  readonly name: string;
  /** Width of the network's last layer. */
  readonly size: number;
  /** Parameters beside the network's own. Called once per policy. */
  create(): HeadInstance;
}

/** A head that belongs to one policy. */
export interface HeadInstance {
  readonly parameters: Parameterized;
  /** The last layer [B, size] → named outputs. */
  outputs(last: Tensor): PolicyOutputs;
  distribution(outputs: PolicyOutputs): Distribution;
}

function checkSize(head: string, size: number): void {
  if (!Number.isInteger(size) || size < 1) {
    throw new GradbridgeError(
      "size",
      `${head}: the number of actions must be a positive integer, got ${size}.`,
    );
  }
}

/** One of `actions` discrete actions: output `logits` [B, actions]. */
export function categoricalHead(actions: number): Head {
  checkSize("categoricalHead", actions);
  return {
    name: "categorical",
    size: actions,
    create: () => ({
      parameters: parameterized({}),
      outputs: (logits) => ({ logits }),
      distribution: (outputs) => new Categorical({ logits: outputs.logits! }),
    }),
  };
}

/**
 * `size` continuous actions: outputs `mean` and `logStd`, both [B, size]. log σ is a parameter of its own, the same
 * in every state, so each row's δ for it adds up.
 */
export function gaussianHead(size: number, options: { readonly initialLogStd?: number } = {}): Head {
  checkSize("gaussianHead", size);
  return {
    name: "gaussian",
    size,
    create: () => {
      const logStd = full([size], options.initialLogStd ?? 0, { requiresGrad: true });
      return {
        parameters: parameterized({ logStd }),
        outputs: (mean) => ({ mean, logStd: broadcastTo(logStd, mean.shape) }),
        distribution: (outputs) => new DiagonalGaussian({ mean: outputs.mean!, logStd: outputs.logStd! }),
      };
    },
  };
}
