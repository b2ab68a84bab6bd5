import { actorCritic } from "./policy-gradient/actor-critic.ts";
import { awr } from "./policy-gradient/awr.ts";
import { grpo } from "./policy-gradient/grpo.ts";
import { naturalGradient } from "./policy-gradient/natural-gradient.ts";
import { ppo } from "./policy-gradient/ppo.ts";
import { reinforce } from "./policy-gradient/reinforce.ts";
import { rloo } from "./policy-gradient/rloo.ts";
import { vtrace } from "./policy-gradient/vtrace.ts";

/**
 * Every estimator that can be named: on the command line, in a config. One line each. Those that need more than a
 * rollout (an objective, a critic, labels) are made by hand and given to `train`.
 */
export const estimators: {
  readonly ppo: typeof ppo;
  readonly reinforce: typeof reinforce;
  readonly actorCritic: typeof actorCritic;
  readonly rloo: typeof rloo;
  readonly grpo: typeof grpo;
  readonly vtrace: typeof vtrace;
  readonly awr: typeof awr;
  readonly naturalGradient: typeof naturalGradient;
} = { ppo, reinforce, actorCritic, rloo, grpo, vtrace, awr, naturalGradient };

/** The name of an estimator of this package. */
export type EstimatorName = keyof typeof estimators;
