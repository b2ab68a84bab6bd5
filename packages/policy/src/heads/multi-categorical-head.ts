import { GradbridgeError } from "@gradbridge/core";
import { MultiCategorical } from "../distributions/multi-categorical.ts";
import { parameterized } from "../modules/module.ts";
import { checkSize, type Head } from "./head.ts";

/**
 * Several discrete choices at once, place i among `choices[i]` actions: output `logits` [B, Σ choices], the places
 * side by side. Takes masks laid out the same way.
 * @throws code `size`
 */
export function multiCategoricalHead(choices: readonly number[]): Head {
  if (choices.length === 0) {
    throw new GradbridgeError("size", "multiCategoricalHead: needs at least one place to choose for.");
  }
  for (const count of choices) checkSize("multiCategoricalHead", "every number of choices", count);
  const sizes = [...choices];
  const width = sizes.reduce((total, count) => total + count, 0);
  return {
    name: "multiCategorical",
    size: width,
    choices: sizes,
    create: () => ({
      parameters: parameterized({}),
      outputs: (logits) => ({ logits }),
      toOnnx: (_, value) => ({ logits: { value, shape: ["batch", width] } }),
      distribution: (outputs, options) => new MultiCategorical({ logits: outputs.logits! }, sizes, options),
    }),
  };
}
