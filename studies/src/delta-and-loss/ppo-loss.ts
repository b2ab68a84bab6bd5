import type { Minibatch } from "@gradbridge/bridge";
import { clamp, exp, mean, minimum, mul, noGrad, sqrt, square, sub, type Tensor } from "@gradbridge/core";
import type { PolicyOutputs } from "@gradbridge/policy";

/**
 * PPO as everybody writes it down: the clipped objective (Schulman et al. 2017, eq. 7) and ½(v − R)² as one scalar to be
 * differentiated. The objective whose gradient with respect to the outputs the estimator `ppo` gives in closed form.
 */
export function ppoLoss(batch: Minibatch, outputs: PolicyOutputs, clip: number): Tensor {
  const { distribution, action, logProb, targets } = batch;
  const ratio = exp(sub(distribution.logProb(action), logProb));
  const advantage = noGrad(() => standardized(targets.advantage!));
  const objective = minimum(mul(ratio, advantage), mul(clamp(ratio, 1 - clip, 1 + clip), advantage));
  const valueLoss = mul(mean(square(sub(outputs.value!, targets.return!))), 0.5);
  return sub(valueLoss, mean(objective));
}

/** (A − mean)/(std + 1e-8), as in Stable-Baselines3. */
function standardized(advantage: Tensor): Tensor {
  const centered = sub(advantage, mean(advantage));
  return centered.div(sqrt(mul(square(centered).sum(), 1 / (advantage.size - 1))).add(1e-8));
}
