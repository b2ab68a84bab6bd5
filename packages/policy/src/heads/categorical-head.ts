import { Categorical } from "../distributions/categorical.ts";
import { parameterized } from "../modules/module.ts";
import { checkSize, type Head } from "./head.ts";

/**
 * One of `actions` discrete actions: output `logits` [B, actions]. Takes masks of as many choices.
 * @throws code `size`
 */
export function categoricalHead(actions: number): Head {
  checkSize("categoricalHead", "the number of actions", actions);
  return {
    name: "categorical",
    size: actions,
    choices: [actions],
    create: () => ({
      parameters: parameterized({}),
      outputs: (logits) => ({ logits }),
      toOnnx: (_, value) => ({ logits: { value, shape: ["batch", actions] } }),
      distribution: (outputs, options) => new Categorical({ logits: outputs.logits! }, options),
    }),
  };
}
