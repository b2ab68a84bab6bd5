import {
  adam,
  add,
  clipGradNorm,
  compile,
  findNonFinite,
  GradbridgeError,
  isTensor,
  noGrad,
  type Optimizer,
  readsAtOnce,
  type Schedule,
  sqrt,
  square,
  stack,
  sum,
  type Tensor,
  tensor,
  tidy,
} from "@gradbridge/core";
import type { Policy } from "@gradbridge/policy";
import type { Generator } from "@gradbridge/random";
import { applyDelta } from "../applying/apply-delta.ts";
import { DeltaError } from "../applying/delta-error.ts";
import { checkRollout } from "../estimators/check-rollout.ts";
import type { Diagnostics, Estimator, RolloutTargets } from "../estimators/estimator.ts";
import { computesOnHost } from "../rollouts/inference.ts";
import type { Rollout } from "../rollouts/rollout.ts";
import { compileLearning, type LearningInputs, minibatchOf, uploadRollout } from "./learning-inputs.ts";
import { scheduleOf } from "./schedules.ts";
import type { TrainSettings } from "./settings.ts";
import { surrogateDiagnostics } from "./surrogate-diagnostics.ts";

/** What one update did: scalars for the log. */
export type UpdateSummary = {
  readonly gradNorm: number;
  readonly epochs: number;
  readonly [diagnostic: string]: number;
};

/** What the first half of a step measures. */
type Measures = {
  /** Joint norm of the gradients before clipping, a scalar. */
  readonly gradNorm: Tensor;
  /** At the outputs that δ was computed from. */
  readonly diagnostics: Diagnostics;
};

/** The two halves of learning from a minibatch, eager or compiled. */
interface LearningStep {
  /** Forward, δ, backward, clipping: fills the gradients. */
  readonly gradient: (inputs: LearningInputs) => Measures;
  /** The optimizer's step along them. */
  readonly update: () => void;
}

/** Epochs end early where the KL divergence is above this many times `targetKl`; Stable-Baselines3's number. */
const klTolerance = 1.5;

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
  readonly #learningRate: Schedule;
  readonly #shuffle: Generator;
  /** One number that is finite where all parameters are (and none is beyond 1e19). */
  readonly #parameterNorm: () => Tensor;
  /** By number of rows and whether it diagnoses; the gradients that `update` reads are those of its own `gradient`. */
  readonly #compiled = new Map<string, LearningStep>();
  #compiles = true;

  /** @param shuffle where the order of the rows is drawn */
  constructor(policy: Policy, estimator: Estimator, settings: TrainSettings, shuffle: Generator) {
    this.#policy = policy;
    this.#estimator = estimator;
    this.#settings = settings;
    this.#shuffle = shuffle;
    this.#learningRate = scheduleOf(settings.learningRateSchedule, settings.learningRate);
    this.optimizer = adam(policy.parameters(), { learningRate: settings.learningRate, epsilon: 1e-5 });
    this.#parameterNorm = compile(() => noGrad(() => jointNorm(policy.parameters())));
  }

  /**
   * @param progress how far training is, 0 … 1
   * @returns means over the optimizer steps of the last epoch, measured before each step
   * @throws code `estimator` for a rollout that lacks what the estimator requires; `non-finite` naming the estimator, the
   *   output and the row, before the optimizer's step: parameters are never changed by a δ or gradient that is not finite.
   */
  async learn(rollout: Rollout, progress: number): Promise<UpdateSummary> {
    checkRollout(this.#estimator, rollout);
    const { prepareAsync } = this.#estimator;
    const targets =
      prepareAsync === undefined
        ? tidy(() => this.#estimator.prepare(rollout))
        : await prepareAsync.call(this.#estimator, rollout);
    if (!readsAtOnce()) return this.#learnUnread(rollout, targets, progress);
    return tidy(() => {
      const { minibatchSize, targetKl } = this.#settings;
      const inputs = this.#upload(rollout, targets, progress);
      const count = rollout.steps * rollout.numEnvs;
      this.optimizer.learningRate = this.#learningRate(progress);
      let normSum = 0;
      let stepCount = 0;
      let epochs = 0;
      let diagnostics: Record<string, number> = {};
      while (epochs < this.#settings.epochs) {
        epochs++;
        const diagnoses = targetKl !== null || epochs === this.#settings.epochs;
        const means = new Means();
        for (const index of minibatches(count, minibatchSize, this.#shuffle)) {
          const rows = index?.size ?? count;
          const norm = this.#learnFrom({ ...inputs, index }, rows, diagnoses ? means : null);
          if (!Number.isFinite(norm)) throw this.#nonFinite({ ...inputs, index }, rollout.numEnvs);
          normSum += norm;
          stepCount++;
        }
        diagnostics = means.all();
        const { approxKl } = diagnostics;
        if (targetKl !== null && approxKl !== undefined && approxKl > klTolerance * targetKl) break;
      }
      this.#checkParameters();
      return { gradNorm: normSum / stepCount, epochs, ...diagnostics };
    });
  }

  /**
   * As `learn`, on a device that can only be read asynchronously: nothing is read before the end of an epoch, so a gradient
   * that is not finite is found out after it has spoiled the parameters there. The policy on the host, which acts and is
   * saved, learns of them only when `learn` succeeds.
   */
  async #learnUnread(rollout: Rollout, targets: RolloutTargets, progress: number): Promise<UpdateSummary> {
    const { minibatchSize, targetKl } = this.#settings;
    const inputs = this.#upload(rollout, targets, progress);
    const count = rollout.steps * rollout.numEnvs;
    this.optimizer.learningRate = this.#learningRate(progress);
    const norms: number[] = [];
    let epochs = 0;
    let diagnostics: Record<string, number> = {};
    while (epochs < this.#settings.epochs) {
      epochs++;
      const diagnoses = targetKl !== null || epochs === this.#settings.epochs;
      let names: readonly string[] = [];
      const measured = tidy(() => {
        const rows: Tensor[] = [];
        for (const index of minibatches(count, minibatchSize, this.#shuffle)) {
          const step = this.#stepFor(index?.size ?? count, diagnoses);
          const { gradNorm, diagnostics } = this.#measure(step, { ...inputs, index }, diagnoses);
          names = ["gradNorm", ...Object.keys(diagnostics)];
          rows.push(noGrad(() => stack([gradNorm, ...Object.values(diagnostics)], 0)));
          this.#stepFor(index?.size ?? count, diagnoses).update();
        }
        return stack(rows, 0);
      });
      const values = await measured.data();
      const means = new Means();
      values.forEach((value, i) => {
        means.add(names[i % names.length]!, value);
        if (i % names.length === 0) norms.push(value);
      });
      if (!norms.every(Number.isFinite)) {
        throw new GradbridgeError(
          "non-finite",
          `${this.#estimator.name}: a gradient holds NaN or infinity. The policy is as it was before this update; ` +
            "on the device wasm the output and the row would be named.",
        );
      }
      const { gradNorm: _, ...others } = means.all();
      diagnostics = others;
      const { approxKl } = diagnostics;
      if (targetKl !== null && approxKl !== undefined && approxKl > klTolerance * targetKl) break;
    }
    return { gradNorm: norms.reduce((sum, norm) => sum + norm, 0) / norms.length, epochs, ...diagnostics };
  }

  /**
   * One optimizer step, which is not done where a gradient is not finite; adds its diagnostics where they are asked for.
   * Returns the norm of the gradients before clipping.
   */
  #learnFrom(inputs: LearningInputs, rows: number, means: Means | null): number {
    const diagnoses = means !== null;
    const step = this.#stepFor(rows, diagnoses);
    const norm = tidy(() => {
      const { gradNorm, diagnostics } = this.#measure(step, inputs, diagnoses);
      const norm = gradNorm.item();
      if (means !== null)
        for (const [name, value] of Object.entries(diagnostics)) means.add(name, value.item());
      return norm;
    });
    if (Number.isFinite(norm)) this.#stepFor(rows, diagnoses).update();
    return norm;
  }

  #measure(step: LearningStep, inputs: LearningInputs, diagnoses: boolean): Measures {
    try {
      return step.gradient(inputs);
    } catch (error) {
      if (!this.#compiles || !computesOnHost(error)) throw error;
      this.#compiles = false; // the estimator or policy computes on the host: run it every time
      return this.#gradient(inputs, diagnoses);
    }
  }

  #stepFor(rows: number, diagnoses: boolean): LearningStep {
    const gradient = (inputs: LearningInputs): Measures => this.#gradient(inputs, diagnoses);
    const update = (): void => this.optimizer.step();
    if (!this.#compiles) return { gradient, update };
    const key = `${rows} ${diagnoses}`;
    let step = this.#compiled.get(key);
    if (step === undefined) {
      step = { gradient: compileLearning(gradient), update: compile(update) };
      this.#compiled.set(key, step);
    }
    return step;
  }

  #gradient(inputs: LearningInputs, diagnoses: boolean): Measures {
    const { batch, outputs } = minibatchOf(this.#policy, inputs);
    const estimator = this.#estimator;
    const deltas = noGrad(() => estimator.delta(batch, outputs));
    const own = noGrad(() => (diagnoses ? (estimator.diagnose?.(batch, outputs) ?? {}) : {}));
    checkDiagnostics(estimator.name, own);
    const { apply, anchor, maxGradNorm } = this.#settings;
    this.optimizer.zeroGrad();
    const report = applyDelta(outputs, deltas, {
      mode: apply,
      anchor,
      behavior: batch.behavior,
      estimator: estimator.name,
    });
    const diagnostics =
      diagnoses && apply === "surrogate" ? { ...own, ...surrogateDiagnostics(report.measure()) } : own;
    return { gradNorm: clipGradNorm(this.optimizer.parameters, maxGradNorm), diagnostics };
  }

  #upload(rollout: Rollout, targets: RolloutTargets, progress: number): LearningInputs {
    const { apply, anchor } = this.#settings;
    checkTargets(this.#estimator.name, targets, rollout);
    const anchored = apply === "surrogate" && anchor === "behavior";
    const behavior = anchored || this.#estimator.requires.includes("outputs") ? rollout.outputs : {};
    const numbers = Object.entries(this.#estimator.scalars?.(progress) ?? {});
    return {
      columns: uploadRollout(rollout, targets, behavior),
      scalars: Object.fromEntries(numbers.map(([name, value]) => [name, tensor(value)])),
      index: null,
    };
  }

  /** Runs the same step eagerly, where every δ is checked, and names what is not finite. */
  #nonFinite(inputs: LearningInputs, numEnvs: number): GradbridgeError {
    try {
      tidy(() => this.#gradient(inputs, false)); // throws for a δ
    } catch (error) {
      if (!(error instanceof DeltaError) || error.row === null) throw error;
      const row = inputs.index === null ? error.row : inputs.index.dataSync()[error.row]!;
      const place = `It is step ${Math.floor(row / numEnvs)} of environment ${row % numEnvs} in the rollout.`;
      return new GradbridgeError("non-finite", `${error.message} ${place}`, { cause: error });
    }
    const found = this.#policy
      .namedParameters()
      .find(([, { grad }]) => grad !== null && findNonFinite(grad) !== null);
    return new GradbridgeError(
      "non-finite",
      `${this.#estimator.name}: the gradient of ${found?.[0] ?? "the parameters"} holds NaN or infinity. Nothing was changed.`,
    );
  }

  #checkParameters(): void {
    if (Number.isFinite(tidy(() => this.#parameterNorm().item()))) return;
    for (const [name, parameter] of this.#policy.namedParameters()) {
      if (findNonFinite(parameter) !== null) {
        throw new GradbridgeError("non-finite", `parameter ${name} holds NaN or infinity.`);
      }
    }
  }
}

/** Row numbers of each minibatch, shuffled; null stands for all rows, whose order does not matter. */
function* minibatches(count: number, size: number, shuffle: Generator): IterableIterator<Tensor | null> {
  if (size >= count) {
    yield null;
    return;
  }
  const order = new Int32Array(count);
  for (let row = 0; row < count; row++) order[row] = row;
  shuffle.shuffle(order);
  for (let start = 0; start < count; start += size) yield tensor(order.slice(start, start + size));
}

/** Euclidean norm of all of them together, a scalar. */
function jointNorm(tensors: readonly Tensor[]): Tensor {
  return sqrt(tensors.map((x) => sum(square(x))).reduce((total, part) => add(total, part)));
}

/** Means of numbers by name. */
class Means {
  readonly #sums = new Map<string, { sum: number; count: number }>();

  add(name: string, value: number): void {
    const entry = this.#sums.get(name);
    if (entry === undefined) this.#sums.set(name, { sum: value, count: 1 });
    else {
      entry.sum += value;
      entry.count++;
    }
  }

  all(): Record<string, number> {
    return Object.fromEntries([...this.#sums].map(([name, { sum, count }]) => [name, sum / count]));
  }
}

/** Refuses what `diagnose` gave where it is no scalar tensor. */
function checkDiagnostics(estimator: string, diagnostics: Diagnostics): void {
  for (const [name, value] of Object.entries(diagnostics)) {
    if (isTensor(value) && value.size === 1) continue;
    const got = isTensor(value) ? `a tensor [${value.shape.join(", ")}]` : String(value);
    throw new GradbridgeError(
      "estimator",
      `${estimator}: diagnose must give scalar tensors, got ${got} as ${name}.`,
    );
  }
}

/** Refuses what `prepare` made where it is no record of arrays [T, B], or holds what is no number. */
function checkTargets(estimator: string, targets: RolloutTargets, { steps, numEnvs }: Rollout): void {
  const given: unknown = targets;
  if (typeof given !== "object" || given === null || given instanceof Promise) {
    const got =
      given instanceof Promise ? "a promise; what takes time belongs into prepareAsync" : String(given);
    throw new GradbridgeError(
      "estimator",
      `${estimator}: prepare must give an object of Float32Arrays, got ${got}.`,
    );
  }
  for (const [name, values] of Object.entries(targets)) {
    if (!(values instanceof Float32Array)) {
      const got = (values as object | null | undefined)?.constructor?.name ?? String(values);
      throw new GradbridgeError(
        "estimator",
        `${estimator}: prepare must give Float32Arrays, got ${got} as ${name}.`,
      );
    }
    if (values.length !== steps * numEnvs) {
      throw new GradbridgeError(
        "estimator",
        `${estimator}: prepare gave ${values.length} numbers as ${name}, expected [${steps}, ${numEnvs}].`,
      );
    }
    for (let row = 0; row < values.length; row++) {
      if (Number.isFinite(values[row])) continue;
      throw new GradbridgeError(
        "non-finite",
        `${estimator}: ${name} is ${values[row]} in row ${row} (step ${Math.floor(row / numEnvs)} of environment ` +
          `${row % numEnvs} in the rollout). Nothing was changed.`,
      );
    }
  }
}
