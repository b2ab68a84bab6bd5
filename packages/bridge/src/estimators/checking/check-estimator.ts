import {
  currentDevice,
  GradbridgeError,
  noGrad,
  setDevice,
  type Tensor,
  tensor,
  tidy,
} from "@gradbridge/core";
import { categoricalHead, gaussianHead, type Head, type PolicyOutputs } from "@gradbridge/policy";
import { generator } from "@gradbridge/random";
import { DeltaError } from "../../applying/delta-error.ts";
import { pairDeltas, requireFinite } from "../../applying/deltas.ts";
import { type Rollout, rolloutFields } from "../../rollouts/rollout.ts";
import { defineEstimator, type Estimator, type Minibatch, type RolloutTargets } from "../estimator.ts";
import { type Difference, firstDifference, type Numbers, numbersOf } from "./bit-difference.ts";
import { type CheckSituation, checkSituations, minibatchOf } from "./check-situations.ts";
import { EstimatorCheckError } from "./estimator-check-error.ts";

/** Options of {@link checkEstimator}. */
export interface CheckEstimatorOptions {
  /** The policies it is asked about. Default: `categoricalHead(3)` and `gaussianHead(2)`. */
  readonly heads?: readonly Head[];
  /**
   * What δ climbs, plainly written: one number per row, [N], or their sum. δ must be the derivative of the sum, by central
   * differences of every output. Differentiable almost everywhere; what is constant in δ must be constant here.
   */
  readonly objective?: (batch: Minibatch, outputs: PolicyOutputs) => Tensor;
  /** Claim: δ of every output but `value` is 0 where rewards and values are 0. Default false. */
  readonly isZeroWithoutAdvantage?: boolean;
  /** Numbers per observation. Default 3. */
  readonly observationSize?: number;
}

/** What {@link checkEstimator} found to be right. */
export interface EstimatorReport {
  readonly estimator: string;
  /** What the estimator was asked about. */
  readonly situations: readonly string[];
  /** What was checked in them. */
  readonly checks: readonly string[];
  /** Largest |δ − derivative| / max(1, |derivative|); null without an objective. */
  readonly largestError: number | null;
}

/**
 * Runs an estimator of your own on made-up rollouts, ordinary and extreme (one row, one environment, equal, huge and
 * tiny rewards, no advantage, ratios of e^±20, saturated outputs), and checks the contract of {@link Estimator}:
 *
 * - targets are [T, B] and finite; δ has an output's name, shape and dtype, and is finite;
 * - it is pure: the same answer twice and in any order, and rollout, outputs and minibatch are left as they were;
 * - it reads no field of the rollout outside its `requires`, and answers the same without the others;
 * - δ is the derivative of `objective`, where one is given, to 1e-5;
 * - δ is 0 without advantage, where that is claimed.
 *
 * Runs in float64 on the `reference` device, with progress 0; what the estimator was made with (a policy, a critic) must
 * be there too. Depends on no test framework.
 * @throws EstimatorCheckError, code `estimator-check`, for the first rule that is broken; it names estimator, output and row.
 *   Code `estimator` for what is no estimator at all.
 */
export async function checkEstimator<Targets extends RolloutTargets>(
  estimator: Estimator<Targets>,
  options: CheckEstimatorOptions = {},
): Promise<EstimatorReport> {
  const { heads = [categoricalHead(3), gaussianHead(2)], observationSize = 3, objective } = options;
  const checked: Estimator = defineEstimator(estimator);
  if (heads.length === 0) {
    throw new GradbridgeError("option", "checkEstimator: heads must be at least one, or nothing is checked.");
  }
  const device = currentDevice();
  await setDevice("reference");
  try {
    const situations = heads.flatMap((head, i) => checkSituations(head, observationSize, generator([7, i])));
    const answers: Answer[] = [];
    for (const situation of situations) answers.push(await checkAnswer(checked, situation));
    // in reverse: an answer must not depend on what was asked before
    for (const [i, situation] of [...situations.entries()].reverse())
      await checkRepetition(checked, situation, answers[i]!);
    let largestError = 0;
    for (const [i, situation] of situations.entries()) {
      await checkRequires(checked, situation, answers[i]!);
      await checkDiagnostics(checked, situation);
      if (options.isZeroWithoutAdvantage === true) checkNoAdvantage(checked, situation, answers[i]!);
      if (objective === undefined) continue;
      const error = await checkDerivative(checked, situation, answers[i]!, objective);
      largestError = Math.max(largestError, error);
    }
    return {
      estimator: checked.name,
      situations: situations.map(({ name }) => name),
      checks: [
        "shapes and finiteness",
        "purity",
        "requires",
        ...(options.isZeroWithoutAdvantage === true ? ["zero without advantage"] : []),
        ...(objective === undefined ? [] : ["derivative of the objective"]),
      ],
      largestError: objective === undefined ? null : largestError,
    };
  } finally {
    await setDevice(device);
  }
}

/** δ by output, as numbers. */
type Answer = Numbers;

function scalarsOf(estimator: Estimator): { readonly [name: string]: number } {
  return estimator.scalars?.(0) ?? {};
}

/** What training asks for once per rollout. */
async function targetsOf(estimator: Estimator, rollout: Rollout): Promise<RolloutTargets> {
  return estimator.prepareAsync === undefined ? estimator.prepare(rollout) : estimator.prepareAsync(rollout);
}

/** Asks once, and checks what comes back and that nothing was changed. */
async function checkAnswer(estimator: Estimator, situation: CheckSituation): Promise<Answer> {
  const fail = failure(estimator, situation);
  const { rollout } = situation;
  const before = snapshot(rollout);
  const targets = await attempt(fail, "prepare", () => targetsOf(estimator, rollout));
  checkTargets(targets, rollout, fail);
  const outputs = situation.outputs();
  const batch = minibatchOf(situation, outputs, targets, scalarsOf(estimator));
  const inputs = numbersOf({ ...tensorsOf(batch), ...outputs });
  const deltas = await attempt(fail, "delta", () => noGrad(() => estimator.delta(batch, outputs)));
  if (JSON.stringify(before) !== JSON.stringify(snapshot(rollout))) throw fail("it changed the rollout.");
  const changed = firstDifference(inputs, numbersOf({ ...tensorsOf(batch), ...outputs }));
  if (changed !== null) throw fail(`it changed ${changed.name}, which it was given.`);
  return attempt(fail, "delta", () => {
    const pairs = pairDeltas(outputs, deltas, estimator.name);
    requireFinite(pairs, estimator.name);
    return numbersOf(Object.fromEntries(pairs.map(({ name, delta }) => [name, delta])));
  });
}

function checkTargets(targets: RolloutTargets, { steps, numEnvs }: Rollout, fail: Fail): void {
  for (const [name, values] of Object.entries(targets)) {
    if (!(values instanceof Float32Array) || values.length !== steps * numEnvs) {
      throw fail(`prepare must give a Float32Array [${steps}, ${numEnvs}] as ${name}.`);
    }
    const row = values.findIndex((value) => !Number.isFinite(value));
    if (row >= 0) throw fail(`prepare gives ${name} = ${values[row]} in row ${row} of the rollout.`, { row });
  }
}

/** The same question again must get the same answer, bit for bit. */
async function checkRepetition(
  estimator: Estimator,
  situation: CheckSituation,
  answer: Answer,
): Promise<void> {
  const outputs = situation.outputs();
  const batch = minibatchOf(
    situation,
    outputs,
    await targetsOf(estimator, situation.rollout),
    scalarsOf(estimator),
  );
  const again = numbersOf(
    toTensors(
      noGrad(() => estimator.delta(batch, outputs)),
      outputs,
    ),
  );
  const found = firstDifference(answer, again);
  if (found === null) return;
  throw failure(estimator, situation)(
    `the same arguments gave another δ the second time (${found.was}, then ${found.is}): it must depend on nothing else.`,
    { output: found.name, row: rowOf(found, outputs) },
  );
}

/** Without what `requires` does not list, the answer must be the same. */
async function checkRequires(estimator: Estimator, situation: CheckSituation, answer: Answer): Promise<void> {
  const { requires } = estimator;
  const fail = failure(estimator, situation);
  const listed = requires.length === 0 ? "nothing" : requires.join(", ");
  const rollout: { [field: string]: unknown } = { ...situation.rollout };
  for (const field of rolloutFields) if (!requires.includes(field)) delete rollout[field];
  const all = situation.outputs();
  const isCritic = requires.includes("value") || requires.includes("nextValue");
  const { value: _, ...withoutValue } = all;
  const outputs = isCritic ? all : withoutValue;
  const stripped = await attempt(
    fail,
    `requires lists ${listed}, and without the other fields it`,
    async () => {
      const targets = await targetsOf(estimator, rollout as unknown as Rollout);
      const batch = minibatchOf(situation, outputs, targets, scalarsOf(estimator), requires);
      return numbersOf(
        toTensors(
          noGrad(() => estimator.delta(batch, outputs)),
          outputs,
        ),
      );
    },
  );
  const found = firstDifference(answer, stripped);
  if (found === null) return;
  throw fail(`requires lists ${listed}, but δ is another without the other fields.`, {
    output: found.name,
    row: rowOf(found, all),
  });
}

async function checkDiagnostics(estimator: Estimator, situation: CheckSituation): Promise<void> {
  if (estimator.diagnose === undefined) return;
  const fail = failure(estimator, situation);
  const outputs = situation.outputs();
  const batch = minibatchOf(
    situation,
    outputs,
    await targetsOf(estimator, situation.rollout),
    scalarsOf(estimator),
  );
  const diagnostics = await attempt(fail, "diagnose", () =>
    noGrad(() => estimator.diagnose!(batch, outputs)),
  );
  for (const [name, value] of Object.entries(diagnostics)) {
    if (value.size !== 1)
      throw fail(`diagnose must give a scalar as ${name}, got [${value.shape.join(", ")}].`);
    if (situation.isModerate && !Number.isFinite(value.item()))
      throw fail(`diagnose gives ${name} = ${value.item()}.`);
  }
}

function checkNoAdvantage(estimator: Estimator, situation: CheckSituation, answer: Answer): void {
  if (!situation.isWithoutAdvantage) return;
  for (const [output, values] of Object.entries(answer)) {
    if (output === "value") continue;
    const at = Array.from(values).findIndex((value) => value !== 0);
    if (at < 0) continue;
    const row = Math.floor(at / (values.length / situation.rows.length));
    throw failure(estimator, situation)(`δ is ${values[at]}, but every advantage is 0.`, { output, row });
  }
}

/** Compares δ with central differences of the objective, element by element. Returns the largest error. */
async function checkDerivative(
  estimator: Estimator,
  situation: CheckSituation,
  answer: Answer,
  objective: NonNullable<CheckEstimatorOptions["objective"]>,
): Promise<number> {
  if (!situation.isModerate) return 0;
  const targets = await targetsOf(estimator, situation.rollout);
  const scalars = scalarsOf(estimator);
  const outputs = situation.outputs();
  const total = (moved: PolicyOutputs): number =>
    tidy(() =>
      noGrad(() =>
        objective(minibatchOf(situation, moved, targets, scalars), moved)
          .sum()
          .item(),
      ),
    );
  let largest = 0;
  for (const [output, { shape, size }] of Object.entries(outputs)) {
    const values = Float64Array.from(outputs[output]!.dataSync());
    const at = (i: number, change: number): number => {
      const moved = values.slice();
      moved[i]! += change;
      return total({ ...outputs, [output]: tensor(moved, { shape, dtype: "float64" }) });
    };
    for (let i = 0; i < size; i++) {
      const expected = (at(i, differenceStep) - at(i, -differenceStep)) / (2 * differenceStep);
      const delta = answer[output]?.[i] ?? 0;
      const error = Math.abs(delta - expected) / Math.max(1, Math.abs(expected));
      largest = Math.max(largest, error);
      if (error <= derivativeTolerance) continue;
      const row = Math.floor(i / (size / shape[0]!));
      throw failure(estimator, situation)(
        `δ is ${delta} in element ${i % (size / shape[0]!)}, the derivative of the objective ${expected}.`,
        { output, row },
      );
    }
  }
  return largest;
}

/** Far below the distance of the situations from kinks; central differences are then good to about 1e-8. */
const differenceStep = 1e-5;
const derivativeTolerance = 1e-5;

type Place = { readonly output?: string | null; readonly row?: number | null; readonly cause?: unknown };
type Fail = (problem: string, place?: Place) => EstimatorCheckError;

function failure(estimator: Estimator, situation: CheckSituation): Fail {
  return (problem, place) => new EstimatorCheckError(estimator.name, situation.name, problem, place);
}

/** Runs a part of the estimator; what it throws becomes a failure of the check. */
async function attempt<R>(fail: Fail, part: string, run: () => R | Promise<R>): Promise<R> {
  try {
    return await run();
  } catch (error) {
    const { output = null, row = null } = error instanceof DeltaError ? error : {};
    throw fail(`${part} failed: ${error instanceof Error ? error.message : String(error)}`, {
      output,
      row,
      cause: error,
    });
  }
}

function toTensors(deltas: ReturnType<Estimator["delta"]>, outputs: PolicyOutputs): Record<string, Tensor> {
  return Object.fromEntries(pairDeltas(outputs, deltas).map(({ name, delta }) => [name, delta]));
}

function tensorsOf({ observation, action, logProb, behavior, targets }: Minibatch): Record<string, Tensor> {
  const prefixed = (prefix: string, tensors: { readonly [name: string]: Tensor }): Record<string, Tensor> =>
    Object.fromEntries(Object.entries(tensors).map(([name, value]) => [`${prefix}.${name}`, value]));
  return {
    observation,
    action,
    logProb,
    ...prefixed("behavior", behavior),
    ...prefixed("targets", targets),
  };
}

/** A rollout as plain values, to compare it with itself later. */
function snapshot(rollout: Rollout): unknown {
  return JSON.parse(
    JSON.stringify(rollout, (_, value: unknown) =>
      ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>, String) : value,
    ),
  );
}

function rowOf({ name, index }: Difference, outputs: PolicyOutputs): number | null {
  const output = outputs[name];
  return output === undefined ? null : Math.floor(index / (output.size / output.shape[0]!));
}
