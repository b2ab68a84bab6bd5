import {
  type ApplyMode,
  applyDelta,
  collect,
  type Estimator,
  type Minibatch,
  ppo,
  type Rollout,
} from "@gradbridge/bridge";
import {
  adam,
  clipGradNorm,
  compile,
  full,
  noGrad,
  type Optimizer,
  type Tensor,
  tensor,
  tidy,
} from "@gradbridge/core";
import { actorCritic, categoricalHead, type Policy, type PolicyOutputs } from "@gradbridge/policy";
import { type Generator, generator } from "@gradbridge/random";
import { makeVec } from "gymnasium-js";
import { ppoLoss } from "./ppo-loss.ts";

/** How the step is taken: by δ in one of the modes, or by differentiating the loss. */
export type StepKind = ApplyMode | "loss";
export const stepKinds: readonly StepKind[] = ["loss", "seed", "surrogate", "inner"];

/** The tuned settings of CartPole-v1; the clip range stays constant. One minibatch is the whole rollout. */
export const settings = {
  numEnvs: 8,
  rolloutSteps: 32,
  epochs: 20,
  learningRate: 1e-3,
  gamma: 0.98,
  lambda: 0.8,
  clip: 0.2,
  maxGradNorm: 0.5,
} as const;

const estimator: Estimator = ppo(settings);

/** What a step reads, on the device; the order is that of {@link batchOf}. */
export type Columns = readonly [
  observation: Tensor,
  action: Tensor,
  logProb: Tensor,
  advantage: Tensor,
  returns: Tensor,
  value: Tensor,
];

/** A network of CartPole-v1, its initial weights drawn from a seed. */
export function cartPolePolicy(random: Generator): Policy {
  return actorCritic({ observationSize: 4, head: categoricalHead(2), generator: random });
}

/** Adds to the gradients of the policy's parameters: forward pass, then δ and a backward pass, or a loss and one. */
function backpropagate(kind: StepKind, policy: Policy, columns: Columns): void {
  const outputs = policy.forward(columns[0]);
  const batch = batchOf(policy, outputs, columns);
  if (kind === "loss") ppoLoss(batch, outputs, settings.clip).backward();
  else {
    const deltas = noGrad(() => estimator.delta(batch, outputs));
    applyDelta(outputs, deltas, { mode: kind });
  }
}

/** Gradient, clipping and Adam, compiled. */
export function compiledUpdate(
  kind: StepKind,
  policy: Policy,
): { readonly optimizer: Optimizer; readonly update: (...columns: Columns) => Tensor } {
  const optimizer = adam(policy.parameters(), { learningRate: settings.learningRate, epsilon: 1e-5 });
  const update = compile((...columns: Columns) => {
    optimizer.zeroGrad();
    backpropagate(kind, policy, columns);
    const norm = clipGradNorm(policy.parameters(), settings.maxGradNorm);
    optimizer.step();
    return norm;
  });
  return { optimizer, update };
}

/** The gradient of the actor's parameters, one after the other, at the policy's current ones. */
export function gradientOf(kind: StepKind, policy: Policy, columns: Columns): Float64Array {
  const parameters = policy.parameters();
  const before = parameters.map(({ grad }) => grad);
  for (const parameter of parameters) parameter.grad = null;
  const gradient = tidy(() => {
    backpropagate(kind, policy, columns);
    const actor = [...policy.namedParameters()].filter(([name]) => name.startsWith("actor"));
    return Float64Array.from(actor.flatMap(([, { grad }]) => [...grad!.dataSync()]));
  });
  parameters.forEach((parameter, i) => {
    parameter.grad = before[i]!;
  });
  return gradient;
}

/** One training run on CartPole-v1. `onEpoch` looks at the policy before each epoch of each update. */
export async function trainCartPole(
  kind: StepKind,
  { seed, steps }: { readonly seed: number; readonly steps: number },
  onEpoch: (update: number, epoch: number, policy: Policy, columns: Columns) => void = () => {},
): Promise<{ readonly policy: Policy; readonly curve: readonly { steps: number; returnMean: number }[] }> {
  const [initial, action] = generator(seed).spawn(2) as [Generator, Generator];
  const policy = cartPolePolicy(initial);
  const envs = makeVec("CartPole-v1", {
    numEnvs: settings.numEnvs,
    vectorizationMode: "sync",
    autoresetMode: "same_step",
  });
  const { optimizer, update } = compiledUpdate(kind, policy);
  const curve: { steps: number; returnMean: number }[] = [];
  const rows = settings.numEnvs * settings.rolloutSteps;
  let recent: number[] = [];
  let start: Rollout["end"] | undefined;
  for (let done = 0, i = 0; done < steps; done += rows, i++) {
    const rollout = await collect(policy, envs, {
      steps: settings.rolloutSteps,
      generator: action,
      ...(start === undefined ? { seed } : { start }),
    });
    start = rollout.end;
    optimizer.learningRate = settings.learningRate * (1 - done / steps);
    tidy(() => {
      const columns = columnsOf(rollout);
      for (let epoch = 0; epoch < settings.epochs; epoch++) {
        onEpoch(i, epoch, policy, columns);
        update(...columns);
      }
    });
    recent = [...recent, ...rollout.episodes.map((episode) => episode.return)].slice(-100);
    if (recent.length > 0) {
      const returnMean = recent.reduce((sum, one) => sum + one, 0) / recent.length;
      curve.push({ steps: done + rows, returnMean });
    }
  }
  await envs.close();
  return { policy, curve };
}

/** A rollout on the device, with the advantages and returns of generalised advantage estimation. */
export function columnsOf(rollout: Rollout): Columns {
  const targets = estimator.prepare(rollout) as { advantage: Float32Array; return: Float32Array };
  const { observation, action, logProb, value } = rollout;
  return [
    tensor(observation.values, { shape: [value.length, observation.size] }),
    tensor(action.values),
    tensor(logProb),
    tensor(targets.advantage),
    tensor(targets.return),
    tensor(value),
  ];
}

function batchOf(policy: Policy, outputs: PolicyOutputs, columns: Columns): Minibatch {
  const [observation, action, logProb, advantage, returns, value] = columns;
  return {
    size: observation.shape[0]!,
    observation,
    action,
    logProb,
    behavior: {},
    distribution: policy.distribution(outputs),
    targets: { advantage, return: returns, value },
    scalars: { clip: noGrad(() => full([], settings.clip)) },
  };
}
