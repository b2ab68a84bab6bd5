import { type ApplyMode, applyDelta, type Minibatch, ppo } from "@gradbridge/bridge";
import {
  adam,
  clamp,
  clipGradNorm,
  exp,
  mean,
  minimum,
  mul,
  noGrad,
  setDevice,
  sqrt,
  square,
  sub,
  type Tensor,
  tensor,
} from "@gradbridge/core";
import { actorCritic, categoricalHead, type Policy, type PolicyOutputs } from "@gradbridge/policy";
import { concatenated, type PpoNumbers, ppoNumbers } from "../numbers.ts";
import { inProcess, type StartSubject } from "../subject.ts";
import { oneThread } from "./devices.ts";
import { type Execution, executed } from "./gradbridge.ts";

/** Rows of the minibatch. */
export const size = 256;
const clip = 0.2;

type Columns = Omit<Minibatch<PpoTargets>, "distribution">;
type PpoTargets = { advantage: Float32Array; return: Float32Array; value: Float32Array };

/** How the policy's gradient is found: δ applied in one of the bridge's modes, or the objective as a loss, differentiated. */
export type Gradient = ApplyMode | "loss";

/** One optimizer step of PPO on a minibatch: actor and critic 64-64 tanh, norm of the gradient clipped, Adam. */
export function ppoUpdate(
  execution: Execution,
  gradient: Gradient,
  device: string = oneThread,
): StartSubject {
  const apply = gradient === "loss" ? byLoss : byDelta(gradient);
  return async () => {
    await setDevice(device);
    const numbers = ppoNumbers(size);
    const policy = policyOf(numbers);
    const columns = columnsOf(numbers);
    const parameters = policy.parameters();
    const optimizer = adam(parameters, { learningRate: 3e-4, epsilon: 1e-5 });
    const update = executed(execution, () => {
      optimizer.zeroGrad();
      apply(policy, columns, policy.forward(columns.observation));
      clipGradNorm(parameters, 0.5);
      optimizer.step();
    });
    return inProcess({
      iterate: () => update(),
      finish: () => parameters[0]!.dataSync()[0]!,
      answer: () => concatenated(parameters.map((parameter) => parameter.dataSync())),
    });
  };
}

/** δ in closed form, applied in one of the bridge's modes. */
function byDelta(mode: ApplyMode): (policy: Policy, columns: Columns, outputs: PolicyOutputs) => void {
  const estimator = ppo({ clip });
  return (policy, columns, outputs) => {
    const batch = { ...columns, distribution: policy.distribution(outputs) };
    applyDelta(
      outputs,
      noGrad(() => estimator.delta(batch, outputs)),
      { mode },
    );
  };
}

/** The clipped objective written down as a loss and differentiated, as other libraries do it. */
function byLoss(policy: Policy, { action, logProb, targets }: Columns, outputs: PolicyOutputs): void {
  const ratio = exp(sub(policy.distribution(outputs).logProb(action), logProb));
  const advantage = noGrad(() => standardized(targets.advantage));
  const objective = minimum(mul(ratio, advantage), mul(clamp(ratio, 1 - clip, 1 + clip), advantage));
  const valueLoss = mul(mean(square(sub(outputs.value!, targets.return))), 0.5);
  sub(valueLoss, mean(objective)).backward();
}

function standardized(advantage: Tensor): Tensor {
  const centered = sub(advantage, mean(advantage));
  return centered.div(sqrt(mul(square(centered).sum(), 1 / (size - 1))).add(1e-8));
}

function policyOf({ actor, critic }: PpoNumbers): Policy {
  const policy = actorCritic({ observationSize: 4, head: categoricalHead(2) });
  const values = [actor, critic].flatMap(({ layers }) =>
    layers.flatMap(({ weight, bias }) => [weight, bias]),
  );
  noGrad(() => {
    policy.parameters().forEach((parameter, i) => {
      parameter.assign(tensor(values[i]!, { shape: parameter.shape }));
    });
  });
  return policy;
}

function columnsOf(numbers: PpoNumbers): Columns {
  const { actor, action, logProb, advantage, returns } = numbers;
  return {
    size,
    observation: tensor(actor.x, { shape: [size, 4] }),
    action: tensor(action),
    logProb: tensor(logProb),
    behavior: {},
    targets: {
      advantage: tensor(advantage),
      return: tensor(returns),
      value: tensor(new Float32Array(size)),
    },
    scalars: { clip: tensor(clip) },
  };
}
