import {
  adam,
  clipGradNorm,
  GradbridgeError,
  indexSelect,
  noGrad,
  type Optimizer,
  type Tensor,
  tensor,
  tidy,
} from "@gradbridge/core";
import type { Policy, PolicyOutputs } from "@gradbridge/policy";
import type { Generator } from "@gradbridge/random";
import { applyDelta } from "../applying/apply-delta.ts";
import type { Estimator, Minibatch, RolloutTargets } from "../estimators/estimator.ts";
import type { Rollout, RolloutColumn } from "../rollouts/rollout.ts";
import type { TrainSettings } from "./settings.ts";

/** What one update did: scalars for the log. */
export type UpdateSummary = { readonly gradNorm: number; readonly [diagnostic: string]: number };

/**
 * Learns from rollouts: epochs of shuffled minibatches, each one forward pass, one δ, one backward pass from it, one
 * optimizer step.
 */
export class Learner {
  readonly optimizer: Optimizer;
  readonly #policy: Policy;
  readonly #estimator: Estimator;
  readonly #settings: TrainSettings;
  readonly #shuffle: Generator;

  /** @param shuffle where the order of the rows is drawn */
  constructor(policy: Policy, estimator: Estimator, settings: TrainSettings, shuffle: Generator) {
    this.#policy = policy;
    this.#estimator = estimator;
    this.#settings = settings;
    this.#shuffle = shuffle;
    this.optimizer = adam(policy.parameters(), { learningRate: settings.learningRate, epsilon: 1e-5 });
  }

  /**
   * @param progress how far training is, 0 … 1
   * @throws code `non-finite` naming the tensor, before the optimizer's step: parameters are never made non-finite by a
   *   δ or gradient that is.
   */
  learn(rollout: Rollout, progress: number): UpdateSummary {
    return tidy(() => {
      const rows = this.#upload(rollout);
      const { epochs, learningRate, learningRateSchedule } = this.#settings;
      this.optimizer.learningRate =
        learningRateSchedule === "linear" ? learningRate * (1 - progress) : learningRate;
      let normSum = 0;
      let stepCount = 0;
      let last: Tensor | null = null;
      for (let epoch = 0; epoch < epochs; epoch++) {
        for (const index of this.#minibatches(rows.count)) {
          normSum += tidy(() => this.#step(rows.select(index), progress));
          stepCount++;
          last = index;
        }
      }
      this.#checkParameters();
      return { gradNorm: normSum / stepCount, ...this.#diagnose(rows.select(last), progress) };
    });
  }

  /** One optimizer step. Returns the norm of the gradients before clipping. */
  #step(rows: SelectedRows, progress: number): number {
    const outputs = this.#policy.forward(rows.observation);
    const batch = this.#minibatch(rows, outputs, progress);
    const deltas = noGrad(() => this.#estimator.delta(batch, outputs));
    const { apply, anchor, maxGradNorm } = this.#settings;
    this.optimizer.zeroGrad();
    applyDelta(outputs, deltas, { mode: apply, anchor, behavior: rows.behavior });
    const norm = clipGradNorm(this.optimizer.parameters, maxGradNorm).item();
    if (!Number.isFinite(norm)) throw this.#nonFiniteGradient();
    this.optimizer.step();
    return norm;
  }

  #minibatch(rows: SelectedRows, outputs: PolicyOutputs, progress: number): Minibatch {
    return { ...rows, progress, distribution: this.#policy.distribution(outputs) };
  }

  #diagnose(rows: SelectedRows, progress: number): Record<string, number> {
    if (this.#estimator.diagnose === undefined) return {};
    return noGrad(() => {
      const outputs = this.#policy.forward(rows.observation);
      const diagnostics = this.#estimator.diagnose!(this.#minibatch(rows, outputs, progress), outputs);
      return Object.fromEntries(Object.entries(diagnostics).map(([name, value]) => [name, value.item()]));
    });
  }

  /** Row numbers of each minibatch, shuffled; null stands for all rows, whose order does not matter. */
  *#minibatches(count: number): IterableIterator<Tensor | null> {
    const { minibatchSize } = this.#settings;
    if (minibatchSize >= count) {
      yield null;
      return;
    }
    const order = Int32Array.from(this.#shuffle.permutation(count) as ArrayLike<number>);
    for (let start = 0; start < count; start += minibatchSize)
      yield tensor(order.slice(start, start + minibatchSize));
  }

  #upload(rollout: Rollout): RolloutRows {
    const targets = this.#estimator.prepare(rollout);
    checkTargets(this.#estimator.name, targets);
    const behavior =
      this.#settings.apply === "surrogate" && this.#settings.anchor === "behavior" ? rollout.outputs : {};
    return new RolloutRows(rollout, targets, behavior);
  }

  #nonFiniteGradient(): GradbridgeError {
    const found = this.#policy.namedParameters().find(([, { grad }]) => grad !== null && !allFinite(grad));
    return new GradbridgeError(
      "non-finite",
      `the gradient of ${found?.[0] ?? "the parameters"} holds NaN or infinity.`,
    );
  }

  #checkParameters(): void {
    for (const [name, parameter] of this.#policy.namedParameters()) {
      if (!allFinite(parameter))
        throw new GradbridgeError("non-finite", `parameter ${name} holds NaN or infinity.`);
    }
  }
}

type SelectedRows = Omit<Minibatch, "distribution" | "progress">;

/** A rollout on the device: [T·B, …] tensors from which minibatches are gathered. */
class RolloutRows {
  readonly count: number;
  readonly #observation: Tensor;
  readonly #action: Tensor;
  readonly #logProb: Tensor;
  readonly #behavior: PolicyOutputs;
  readonly #targets: Record<string, Tensor>;

  constructor(rollout: Rollout, targets: RolloutTargets, behavior: Rollout["outputs"]) {
    this.count = rollout.steps * rollout.numEnvs;
    const upload = ({ values, size, scalar }: RolloutColumn): Tensor =>
      tensor(values, { shape: scalar ? [this.count] : [this.count, size] });
    this.#observation = upload(rollout.observation);
    this.#action = upload(rollout.action);
    this.#logProb = tensor(rollout.logProb);
    this.#behavior = mapValues(behavior, upload);
    this.#targets = mapValues(targets, (values) => tensor(values));
  }

  /** @param index int32 row numbers, or null for all rows in order */
  select(index: Tensor | null): SelectedRows {
    const pick = (rows: Tensor): Tensor => (index === null ? rows : indexSelect(rows, 0, index));
    return {
      size: index === null ? this.count : index.size,
      observation: pick(this.#observation),
      action: pick(this.#action),
      logProb: pick(this.#logProb),
      behavior: mapValues(this.#behavior, pick),
      targets: mapValues(this.#targets, pick),
    };
  }
}

function mapValues<A, B>(record: { readonly [name: string]: A }, fn: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, fn(value)]));
}

function allFinite(x: Tensor): boolean {
  return noGrad(() => x.finite().min().item()) === 1;
}

function checkTargets(estimator: string, targets: RolloutTargets): void {
  for (const [name, values] of Object.entries(targets)) {
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) throw new GradbridgeError("non-finite", `${estimator}: ${name}[${at}] is ${values[at]}.`);
  }
}
