import {
  type Callback,
  type Estimator,
  gradientAgreement,
  parameterGradient,
  ppo,
  train,
} from "@gradbridge/bridge";
import type { ChartLine } from "@gradbridge/charts";
import { linearSchedule, mul, noGrad, type Tensor, tensor, tidy } from "@gradbridge/core";
import { mean } from "../statistics.ts";

/** A way of applying δ, as the settings of `train` say it. */
export interface Way {
  readonly name: string;
  readonly apply: "seed" | "surrogate";
  readonly anchor: "current" | "behavior";
}

/** No surrogate; one around y as it is now; one around the outputs that acted. */
export const ways: readonly Way[] = [
  { name: "seed", apply: "seed", anchor: "current" },
  { name: "surrogate around y (re-anchored)", apply: "surrogate", anchor: "current" },
  { name: "surrogate around ỹ", apply: "surrogate", anchor: "behavior" },
];

/** What a PPO run on CartPole-v1 came to. */
export interface StaleRun {
  /** Of 100 deterministic episodes at the end. */
  readonly evaluation: number;
  /** Cosine of the run's own parameter gradient with the one of `seed`, after each update's last epoch; their mean. */
  readonly cosine: number;
  /** Root mean square of y − ỹ of the logits, at the same time; its mean over updates. */
  readonly displacement: number;
  /** Mean KL(π_old ‖ π) (k3 estimate), at the same time; its mean over updates. */
  readonly kl: number;
}

/** How one run differs from the tuned settings. */
export interface StaleSettings {
  readonly way: Way;
  readonly epochs: number;
  /** ε: multiplies every δ. */
  readonly scale: number;
  readonly seed: number;
  readonly steps: number;
}

/** Trains PPO with the tuned settings of CartPole-v1 but for these. */
export async function trainStale({ way, epochs, scale, seed, steps }: StaleSettings): Promise<StaleRun> {
  const measured: { cosine: number; displacement: number; kl: number }[] = [];
  const { evaluation } = await train({
    env: "CartPole-v1",
    estimator: scaledPpo(scale),
    apply: way.apply,
    anchor: way.anchor,
    epochs,
    seed,
    steps,
    callbacks: [measureInto(measured, way)],
  });
  const average = (name: "cosine" | "displacement" | "kl"): number =>
    mean(measured.map((one) => one[name]).filter(Number.isFinite));
  return {
    evaluation: evaluation!.mean,
    cosine: average("cosine"),
    displacement: average("displacement"),
    kl: average("kl"),
  };
}

/** PPO as tuned for CartPole-v1, its δ multiplied. */
function scaledPpo(scale: number): Estimator {
  const estimator: Estimator = ppo({ gamma: 0.98, lambda: 0.8, clip: linearSchedule(0.2, 0) });
  return {
    ...estimator,
    delta(batch, outputs) {
      const deltas = estimator.delta(batch, outputs);
      return Object.fromEntries(
        Object.entries(deltas).map(([name, delta]) => [name, mul(delta as Tensor, scale)]),
      );
    },
  };
}

/** Looks at every tenth update, after its last epoch. */
function measureInto(measured: { cosine: number; displacement: number; kl: number }[], way: Way): Callback {
  return {
    name: "staleness",
    async onUpdate({ learned, update }, { approxKl }) {
      if (update % 10 !== 0) return;
      const { rollout, policy } = learned!;
      const own = await parameterGradient(learned!, { mode: way.apply, anchor: way.anchor });
      const seed = await parameterGradient(learned!, { mode: "seed" });
      const displacement = tidy(() =>
        noGrad(() => {
          const { values, size } = rollout.observation;
          const { logits } = policy.forward(tensor(values, { shape: [values.length / size, size] }));
          const acted = rollout.outputs.logits!;
          const moved = logits!.sub(tensor(acted.values, { shape: logits!.shape }));
          return Math.sqrt(moved.square().mean().item());
        }),
      );
      measured.push({
        cosine: gradientAgreement(own, seed).cosine,
        displacement,
        kl: approxKl ?? Number.NaN,
      });
    },
  };
}

/** Means over seeds at each x, with the lowest and highest seed around them. */
export function lineOver(
  name: string,
  points: readonly { readonly x: number; readonly values: readonly number[] }[],
): ChartLine {
  return {
    name,
    points: points.map(({ x, values }) => ({
      x,
      y: mean(values),
      low: Math.min(...values),
      high: Math.max(...values),
    })),
  };
}
