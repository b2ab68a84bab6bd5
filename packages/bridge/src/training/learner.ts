import {
  adam,
  clipGradNorm,
  compile,
  findNonFinite,
  GradbridgeError,
  noGrad,
  type Optimizer,
  type Tensor,
  tensor,
  tidy,
} from "@gradbridge/core";
import type { Policy } from "@gradbridge/policy";
import type { Generator } from "@gradbridge/random";
import { applyDelta } from "../applying/apply-delta.ts";
import type { Diagnostics, Estimator, RolloutTargets } from "../estimators/estimator.ts";
import type { Rollout } from "../rollouts/rollout.ts";
import { compileLearning, type LearningInputs, minibatchOf, uploadRollout } from "./learning-inputs.ts";
import type { TrainSettings } from "./settings.ts";

/** What one update did: scalars for the log. */
export type UpdateSummary = { readonly gradNorm: number; readonly [diagnostic: string]: number };

/** The three things done with a minibatch, eager or compiled. */
interface LearningStep {
  /** Forward, δ, backward, clipping: fills the gradients and returns their norm before clipping, a scalar. */
  readonly gradient: (inputs: LearningInputs) => Tensor;
  /** The optimizer's step along them. */
  readonly update: () => void;
  readonly diagnose: (inputs: LearningInputs) => Diagnostics;
}

/**
 * Learns from rollouts: epochs of shuffled minibatches, each one forward pass, one δ, one backward pass from it, one
 * optimizer step. The step is compiled; between its two halves the norm of the gradients is looked at, so that
 * parameters are never updated by a NaN.
 */
export class Learner {
  readonly optimizer: Optimizer;
  readonly #policy: Policy;
  readonly #estimator: Estimator;
  readonly #settings: TrainSettings;
  readonly #shuffle: Generator;
  readonly #eager: LearningStep;
  /** By number of rows; the gradients that `update` reads are those of its own `gradient`. */
  readonly #compiled = new Map<number, LearningStep>();
  #compiles = true;

  /** @param shuffle where the order of the rows is drawn */
  constructor(policy: Policy, estimator: Estimator, settings: TrainSettings, shuffle: Generator) {
    this.#policy = policy;
    this.#estimator = estimator;
    this.#settings = settings;
    this.#shuffle = shuffle;
    this.optimizer = adam(policy.parameters(), { learningRate: settings.learningRate, epsilon: 1e-5 });
    this.#eager = {
      gradient: (inputs) => this.#gradient(inputs),
      update: () => this.optimizer.step(),
      diagnose: (inputs) => this.#diagnose(inputs),
    };
  }

  /**
   * @param progress how far training is, 0 … 1
   * @throws code `non-finite` naming the tensor, before the optimizer's step: parameters are never made non-finite by a
   *   δ or gradient that is.
   */
  learn(rollout: Rollout, progress: number): UpdateSummary {
    return tidy(() => {
      const { epochs, learningRate, learningRateSchedule, minibatchSize } = this.#settings;
      const inputs = this.#upload(rollout, progress);
      const count = rollout.steps * rollout.numEnvs;
      this.optimizer.learningRate =
        learningRateSchedule === "linear" ? learningRate * (1 - progress) : learningRate;
      let normSum = 0;
      let stepCount = 0;
      let last: LearningInputs = inputs;
      for (let epoch = 0; epoch < epochs; epoch++) {
        for (const index of minibatches(count, minibatchSize, this.#shuffle)) {
          last = { ...inputs, index };
          normSum += this.#learnFrom(last, index?.size ?? count);
          stepCount++;
        }
      }
      this.#checkParameters();
      const diagnostics = this.#stepFor(last.index?.size ?? count).diagnose(last);
      const numbers = Object.entries(diagnostics).map(([name, value]) => [name, value.item()] as const);
      return { gradNorm: normSum / stepCount, ...Object.fromEntries(numbers) };
    });
  }

  /** One optimizer step. Returns the norm of the gradients before clipping. */
  #learnFrom(inputs: LearningInputs, rows: number): number {
    const norm = this.#gradientNorm(inputs, rows);
    if (!Number.isFinite(norm)) throw this.#nonFinite(inputs);
    this.#stepFor(rows).update();
    return norm;
  }

  #gradientNorm(inputs: LearningInputs, rows: number): number {
    try {
      return tidy(() => this.#stepFor(rows).gradient(inputs).item());
    } catch (error) {
      if (!this.#compiles || !(error instanceof GradbridgeError) || !cannotCompile.includes(error.code))
        throw error;
      this.#compiles = false; // the estimator or policy computes on the host: run it every time
      return tidy(() => this.#eager.gradient(inputs).item());
    }
  }

  #stepFor(rows: number): LearningStep {
    if (!this.#compiles) return this.#eager;
    let step = this.#compiled.get(rows);
    if (step === undefined) {
      const { gradient, update, diagnose } = this.#eager;
      step = {
        gradient: compileLearning(gradient),
        update: compile(update),
        diagnose: compileLearning(diagnose),
      };
      this.#compiled.set(rows, step);
    }
    return step;
  }

  #gradient(inputs: LearningInputs): Tensor {
    const { batch, outputs } = minibatchOf(this.#policy, inputs);
    const deltas = noGrad(() => this.#estimator.delta(batch, outputs));
    const { apply, anchor, maxGradNorm } = this.#settings;
    this.optimizer.zeroGrad();
    applyDelta(outputs, deltas, { mode: apply, anchor, behavior: batch.behavior });
    return clipGradNorm(this.optimizer.parameters, maxGradNorm);
  }

  #diagnose(inputs: LearningInputs): Diagnostics {
    if (this.#estimator.diagnose === undefined) return {};
    return noGrad(() => {
      const { batch, outputs } = minibatchOf(this.#policy, inputs);
      return this.#estimator.diagnose!(batch, outputs);
    });
  }

  #upload(rollout: Rollout, progress: number): LearningInputs {
    const { apply, anchor } = this.#settings;
    const targets = this.#estimator.prepare(rollout);
    checkTargets(this.#estimator.name, targets);
    const behavior = apply === "surrogate" && anchor === "behavior" ? rollout.outputs : {};
    const numbers = Object.entries(this.#estimator.scalars?.(progress) ?? {});
    return {
      columns: uploadRollout(rollout, targets, behavior),
      scalars: Object.fromEntries(numbers.map(([name, value]) => [name, tensor(value)])),
      index: null,
    };
  }

  /** Runs the same step eagerly, where every δ is checked, and names what is not finite. */
  #nonFinite(inputs: LearningInputs): GradbridgeError {
    tidy(() => this.#gradient(inputs)); // throws for a δ
    const found = this.#policy
      .namedParameters()
      .find(([, { grad }]) => grad !== null && findNonFinite(grad) !== null);
    return new GradbridgeError(
      "non-finite",
      `the gradient of ${found?.[0] ?? "the parameters"} holds NaN or infinity.`,
    );
  }

  #checkParameters(): void {
    for (const [name, parameter] of this.#policy.namedParameters()) {
      if (findNonFinite(parameter) !== null) {
        throw new GradbridgeError("non-finite", `parameter ${name} holds NaN or infinity.`);
      }
    }
  }
}

/** Why a step cannot be compiled: it reads values on the host, or makes tensors of host data. */
const cannotCompile: readonly string[] = ["data-dependent", "host-data"];

/** Row numbers of each minibatch, shuffled; null stands for all rows, whose order does not matter. */
function* minibatches(count: number, size: number, shuffle: Generator): IterableIterator<Tensor | null> {
  if (size >= count) {
    yield null;
    return;
  }
  const order = Int32Array.from(shuffle.permutation(count) as ArrayLike<number>);
  for (let start = 0; start < count; start += size) yield tensor(order.slice(start, start + size));
}

function checkTargets(estimator: string, targets: RolloutTargets): void {
  for (const [name, values] of Object.entries(targets)) {
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) throw new GradbridgeError("non-finite", `${estimator}: ${name}[${at}] is ${values[at]}.`);
  }
}
