import { applyDelta } from "@gradbridge/bridge";
import { noGrad, type Tensor, tensor, tidy } from "@gradbridge/core";
import { actorCritic, categoricalHead, type Policy } from "@gradbridge/policy";
import { type Generator, generator } from "@gradbridge/random";
import { type Bandit, contextualBandit, exactLogitsDelta } from "../bandit.ts";
import { norm } from "../statistics.ts";
import type { StudyTable } from "../study.ts";

const rows = 64;
const actions = 4;

/** What exploration of one size does to the parameter gradient. All relative to the norm of the gradient without it. */
interface NoiseEffect {
  /** ‖mean over draws − gradient without noise‖ */
  readonly bias: number;
  /** Root of the summed variances of one draw. */
  readonly deviation: number;
}

/**
 * A policy acts from ỹ = y + ξ, ξ zero-mean and normal of deviation σ for every logit. δ is exact, at ỹ. How far is the
 * parameter gradient from the one without exploration, on average and draw by draw?
 */
export function outputNoiseTable(sigmas: readonly number[], draws: number): StudyTable {
  const bandit = contextualBandit(rows, actions, 1);
  const policy = actorCritic({
    observationSize: 4,
    head: categoricalHead(actions),
    hidden: [32],
    generator: generator(1),
  });
  const exact = gradient(policy, bandit, "seed", null);
  const jacobian = jacobianNorm(policy, bandit);
  return {
    columns: [
      "σ",
      "bias, seed",
      "bias, surrogate",
      "error of the means",
      "deviation, seed",
      "deviation, surrogate",
      "predicted",
    ],
    rows: sigmas.map((sigma) => {
      const seed = effect(policy, bandit, "seed", sigma, draws, exact);
      const surrogate = effect(policy, bandit, "surrogate", sigma, draws, exact);
      // the extra term is Jᵀξ/B: its variance adds to that of δ(ỹ), with which it is nearly uncorrelated
      const extra = (sigma * jacobian) / rows / norm(exact);
      return [
        `${sigma}`,
        seed.bias.toFixed(3),
        surrogate.bias.toFixed(3),
        (surrogate.deviation / Math.sqrt(draws)).toFixed(3),
        seed.deviation.toFixed(3),
        surrogate.deviation.toFixed(3),
        Math.hypot(seed.deviation, extra).toFixed(3),
      ];
    }),
  };
}

function effect(
  policy: Policy,
  bandit: Bandit,
  mode: "seed" | "surrogate",
  sigma: number,
  draws: number,
  exact: Float64Array,
): NoiseEffect {
  const random = generator(2);
  const sum = new Float64Array(exact.length);
  let squares = 0;
  for (let draw = 0; draw < draws; draw++) {
    const one = gradient(policy, bandit, mode, { random, sigma });
    for (let i = 0; i < one.length; i++) sum[i]! += one[i]!;
    squares += norm(one) ** 2;
  }
  const mean = sum.map((value) => value / draws);
  const variance = Math.max(0, squares / draws - norm(mean) ** 2);
  const bias = norm(mean.map((value, i) => value - exact[i]!));
  return { bias: bias / norm(exact), deviation: Math.sqrt(variance) / norm(exact) };
}

/** The gradient of the actor's parameters for one draw of ξ; without exploration where `noise` is null. */
function gradient(
  policy: Policy,
  bandit: Bandit,
  mode: "seed" | "surrogate",
  noise: { readonly random: Generator; readonly sigma: number } | null,
): Float64Array {
  return tidy(() => {
    for (const parameter of policy.parameters()) parameter.grad = null;
    const { logits } = policy.forward(bandit.context) as { logits: Tensor };
    const behavior = noGrad(() => (noise === null ? logits.detach() : logits.detach().add(draw(noise))));
    const delta = noGrad(() => exactLogitsDelta(behavior, bandit));
    applyDelta({ logits }, { logits: delta }, { mode, anchor: "behavior", behavior: { logits: behavior } });
    return actorGradient(policy);
  });
}

function draw({ random, sigma }: { readonly random: Generator; readonly sigma: number }): Tensor {
  const values = random.fillNormal(new Float64Array(rows * actions), 0, sigma);
  return tensor(Float32Array.from(values), { shape: [rows, actions] });
}

/** Frobenius norm of ∂(all logits)/∂(actor's parameters), one row of the Jacobian after the other. */
function jacobianNorm(policy: Policy, bandit: Bandit): number {
  let squares = 0;
  for (let i = 0; i < rows * actions; i++) {
    squares += tidy(() => {
      for (const parameter of policy.parameters()) parameter.grad = null;
      const unit = new Float32Array(rows * actions);
      unit[i] = 1;
      policy.forward(bandit.context).logits!.backward(tensor(unit, { shape: [rows, actions] }));
      return norm(actorGradient(policy)) ** 2;
    });
  }
  return Math.sqrt(squares);
}

function actorGradient(policy: Policy): Float64Array {
  const values = policy.parameters().flatMap(({ grad }) => (grad === null ? [] : [...grad.dataSync()]));
  return Float64Array.from(values);
}
