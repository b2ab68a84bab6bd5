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
import { peer } from "../peer.ts";
import { microseconds, type Row } from "../row.ts";
import { inProcess, type StartSubject } from "../subject.ts";
import { oneThread, twoThreads } from "../systems/devices.ts";
import { type Execution, executed } from "../systems/gradbridge.ts";

const size = 256;
const clip = 0.2;

type Columns = Omit<Minibatch<PpoTargets>, "distribution">;
type PpoTargets = { advantage: Float32Array; return: Float32Array; value: Float32Array };

/** One optimizer step of PPO: actor and critic 64-64 tanh, norm of the gradient clipped, Adam. */
export function ppoUpdates(withPeers: boolean): Row[] {
  return [
    {
      id: "ppo-update",
      title: `PPO minibatch update, ${size} rows, actor and critic 64-64 tanh`,
      unit: microseconds(),
      tolerance: 1e-5,
      goals: { "Gradbridge, differentiated loss": 1, "Gradbridge, surrogate": 1 / 1.05 },
      systems: {
        "Gradbridge, seed": ours("compiled", byDelta("seed")),
        "Gradbridge, surrogate": ours("compiled", byDelta("surrogate")),
        "Gradbridge, inner": ours("compiled", byDelta("inner")),
        "Gradbridge, differentiated loss": ours("compiled", byLoss),
        "Gradbridge, seed, 2 threads": ours("compiled", byDelta("seed"), twoThreads),
        "Gradbridge, eager, seed": ours("eager", byDelta("seed")),
        "Gradbridge, eager, differentiated loss": ours("eager", byLoss),
        ...(withPeers && {
          "PyTorch, 1 thread": peer("torch_network", "ppo_update", { size, threads: 1 }),
          "PyTorch, 2 threads": peer("torch_network", "ppo_update", { size, threads: 2 }),
          "JAX jit": peer("jax_network", "ppo_update", { size }),
        }),
      },
    },
  ];
}

/** @param apply fills the parameters' gradients */
function ours(
  execution: Execution,
  apply: (policy: Policy, columns: Columns, outputs: PolicyOutputs) => void,
  device: string = oneThread,
): StartSubject {
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
