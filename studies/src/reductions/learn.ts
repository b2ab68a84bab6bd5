import { type ApplyOptions, applyDelta } from "@gradbridge/bridge";
import {
  clipGradNorm,
  compile,
  mul,
  noGrad,
  type Optimizer,
  sub,
  sum,
  type Tensor,
  tidy,
} from "@gradbridge/core";
import { actorCritic, categoricalHead, type Policy, type PolicyOutputs } from "@gradbridge/policy";
import { generator } from "@gradbridge/random";
import { type Bandit, exactLogitsDelta } from "../bandit.ts";

/** One way to learn. */
export interface LearningRun {
  readonly bandit: Bandit;
  /** The outputs that learn. Default: logits and value. */
  readonly heads?: readonly ("logits" | "value")[];
  readonly reduction: NonNullable<ApplyOptions["reduction"]>;
  /** Multiplies δ. */
  readonly scale: number;
  readonly makeOptimizer: (parameters: readonly Tensor[]) => Optimizer;
  /** Joint norm that gradients are clipped to; Infinity for none. */
  readonly maxNorm: number;
  readonly steps: number;
  readonly seed: number;
}

/** What came of it. */
export interface LearningOutcome {
  /** J = mean Σ π(a|x) q(x, a) before each step. */
  readonly objective: readonly number[];
  /** Share of the steps in which the gradients were clipped. */
  readonly clipped: number;
  /** All parameters at the end, one after the other. */
  readonly parameters: Float64Array;
  readonly policy: Policy;
}

/** The network of this study: a 4-32 tanh body under logits and value, so that both pull at the same weights. */
function bodyWithTwoHeads(actions: number, seed: number): Policy {
  return actorCritic({
    observationSize: 4,
    head: categoricalHead(actions),
    hidden: [32],
    shared: true,
    generator: generator(seed),
  });
}

/** The exact policy gradient for the logits; v̄ − v for the value, with v̄ = Σ π q. */
export function exactDeltas(outputs: PolicyOutputs, bandit: Bandit): { [output: string]: Tensor } {
  return noGrad(() => ({
    logits: exactLogitsDelta(outputs.logits!, bandit),
    value: sub(sum(mul(outputs.logits!.softmax(), bandit.reward), 1), outputs.value!),
  }));
}

/** Gradient steps on a bandit's exact objective. */
export function learn(run: LearningRun): LearningOutcome {
  const { bandit, reduction, scale, maxNorm, heads = ["logits", "value"] } = run;
  const policy = bodyWithTwoHeads(bandit.reward.shape[1]!, run.seed);
  const optimizer = run.makeOptimizer(policy.parameters());
  const step = compile((context: Tensor) => {
    const outputs = policy.forward(context);
    const objective = noGrad(() =>
      mul(sum(mul(outputs.logits!.softmax(), bandit.reward)), 1 / context.shape[0]!),
    );
    optimizer.zeroGrad();
    const deltas = exactDeltas(outputs, bandit);
    const wanted = Object.fromEntries(heads.map((head) => [head, deltas[head]!]));
    applyDelta(outputs, wanted, { mode: "seed", reduction, scale });
    // without a limit the norm is not needed, but asking for it keeps one path for both
    const norm = clipGradNorm(policy.parameters(), Number.isFinite(maxNorm) ? maxNorm : 1e30);
    optimizer.step();
    return { objective, norm };
  });
  const objective: number[] = [];
  let clipped = 0;
  for (let i = 0; i < run.steps; i++) {
    const now = tidy(() => {
      const result = step(bandit.context);
      return { objective: result.objective.item(), norm: result.norm.item() };
    });
    objective.push(now.objective);
    if (now.norm > maxNorm) clipped++;
  }
  const parameters = policy.parameters().flatMap((parameter) => [...parameter.dataSync()]);
  return { objective, clipped: clipped / run.steps, parameters: Float64Array.from(parameters), policy };
}
