import { ppo } from "./ppo.ts";
import { reinforce } from "./reinforce.ts";

/** Every estimator that can be named: on the command line, in a config. One line each. */
export const estimators: { readonly ppo: typeof ppo; readonly reinforce: typeof reinforce } = {
  ppo,
  reinforce,
};

/** The name of an estimator of this package. */
export type EstimatorName = keyof typeof estimators;
