import { Bernoulli } from "../distributions/bernoulli.ts";
import { parameterized } from "../modules/module.ts";
import { checkSize, type Head, refuseMask } from "./head.ts";

/**
 * `size` yes-or-no choices: output `logits` [B, size].
 * @throws code `size`
 */
export function bernoulliHead(size: number): Head {
  checkSize("bernoulliHead", "the number of choices", size);
  return {
    name: "bernoulli",
    size,
    choices: [],
    create: () => ({
      parameters: parameterized({}),
      outputs: (logits) => ({ logits }),
      toOnnx: (_, value) => ({ logits: { value, shape: ["batch", size] } }),
      distribution(outputs, options) {
        refuseMask("bernoulliHead", options);
        return new Bernoulli({ logits: outputs.logits! });
      },
    }),
  };
}
