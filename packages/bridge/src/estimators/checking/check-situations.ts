import { noGrad, type Tensor, tensor, zeros } from "@gradbridge/core";
import type { Distribution, Head, PolicyOutputs } from "@gradbridge/policy";
import type { Generator } from "@gradbridge/random";
import type { Rollout, RolloutColumn, RolloutField } from "../../rollouts/rollout.ts";
import type { Minibatch, RolloutTargets } from "../estimator.ts";

/** A made-up rollout, which of its rows are learned from, and a policy that has moved since. */
export interface CheckSituation {
  readonly name: string;
  readonly rollout: Rollout;
  /** Row numbers. */
  readonly rows: readonly number[];
  /** New float64 leaves with these rows' outputs, as they are now. */
  outputs(): PolicyOutputs;
  distribution(outputs: PolicyOutputs): Distribution;
  /** Whether advantages and ratios are of ordinary size, so that differences of objectives keep their digits. */
  readonly isModerate: boolean;
  /** Whether every reward and value is 0. */
  readonly isWithoutAdvantage: boolean;
}

/** What makes a situation other than ordinary. */
interface Variation {
  readonly name: string;
  readonly steps?: number;
  readonly numEnvs?: number;
  readonly rows?: readonly number[];
  readonly reward?: (row: number) => number;
  /** Standard deviation of the outputs. */
  readonly spread?: number;
  /** Added to the log-probabilities that were recorded. */
  readonly logProbShift?: (row: number) => number;
  readonly isWithoutAdvantage?: boolean;
}

const variations: readonly Variation[] = [
  { name: "ordinary" },
  { name: "a shuffled minibatch", rows: [11, 2, 7, 14, 0] },
  { name: "one environment", steps: 6, numEnvs: 1 },
  { name: "one row", steps: 1, numEnvs: 1 },
  { name: "equal rewards", reward: () => 1 },
  { name: "no advantage", reward: () => 0, isWithoutAdvantage: true },
  { name: "rewards of a million", reward: (row) => (row % 3 === 0 ? -1e6 : 1e6) },
  { name: "tiny rewards", reward: (row) => (row % 2 === 0 ? 1e-12 : 0) },
  { name: "ratios of e^±20", logProbShift: (row) => (row % 2 === 0 ? 20 : -20) },
  { name: "outputs of ±15", spread: 15 },
];

/** Width of the hidden layer that a head may look at. */
const featureWidth = 4;

/** How far the outputs have moved since they acted: enough for ratios on both sides of 0.8 … 1.2. */
const staleness = 0.15;

/**
 * Ordinary and extreme situations, all of them legal. Rollouts have episodes that terminate, that are truncated and
 * that go on; each is the same whenever the generator is.
 * @param observationSize numbers per observation
 */
export function checkSituations(head: Head, observationSize: number, random: Generator): CheckSituation[] {
  return variations.map((variation) => situation(variation, head, observationSize, random));
}

function situation(
  variation: Variation,
  head: Head,
  observationSize: number,
  random: Generator,
): CheckSituation {
  const { name, steps = 4, numEnvs = 4, spread = 0.7, isWithoutAdvantage = false } = variation;
  const count = steps * numEnvs;
  const instance = head.create(featureWidth);
  const normal = (length: number, scale: number): Float64Array =>
    Float64Array.from({ length }, () => scale * random.normal());

  const shapes = Object.entries(
    noGrad(() => instance.outputs(zeros([count, head.size]), zeros([count, featureWidth]))),
  );
  const acted = [
    ...shapes.map(([output, { shape }]) => column(output, shape, spread)),
    column("value", [count], 1),
  ];
  function column(output: string, shape: readonly number[], scale: number): OutputColumn {
    const size = shape.slice(1).reduce((product, length) => product * length, 1);
    const isQuiet = output === "value" && isWithoutAdvantage;
    // as float32 rounds them, since that is what a rollout keeps
    const values = Float32Array.from(normal(count * size, isQuiet ? 0 : scale));
    const now = normal(count * size, staleness).map((change, i) => values[i]! + change);
    return { output, rowShape: shape.slice(1), size, values, now };
  }

  const behavior = instance.distribution(leaves(acted, "values"));
  const action = noGrad(() => behavior.sample(random));
  const logProb = noGrad(() => behavior.logProb(action)).dataSync();
  const value = acted[acted.length - 1]!.values;
  const reward = variation.reward ?? ((): number => random.normal());
  const ends = endings(steps, numEnvs);
  const rollout: Rollout = {
    steps,
    numEnvs,
    ...ends,
    observation: {
      values: Float32Array.from(normal(count * observationSize, 1)),
      size: observationSize,
      scalar: false,
    },
    action: {
      values:
        action.dtype === "int32" ? Int32Array.from(action.dataSync()) : Float32Array.from(action.dataSync()),
      size: action.size / count,
      scalar: action.shape.length === 1,
    },
    outputs: Object.fromEntries(
      acted.map(({ output, values, size, rowShape }) => [
        output,
        { values, size, scalar: rowShape.length === 0 },
      ]),
    ),
    logProb: Float32Array.from(logProb, (number, row) => number + (variation.logProbShift?.(row) ?? 0)),
    reward: Float64Array.from({ length: count }, (_, row) => reward(row)),
    value,
    nextValue: Float32Array.from({ length: count }, (_, row) => {
      if (ends.terminated[row] === 1 || isWithoutAdvantage) return 0;
      const follows = ends.truncated[row] !== 1 && row + numEnvs < count;
      return follows ? value[row + numEnvs]! : random.normal();
    }),
    hasValue: true,
    episodes: [],
    end: {
      observation: new Float32Array(numEnvs * observationSize),
      episodeReturn: new Float64Array(numEnvs),
      episodeLength: new Int32Array(numEnvs),
    },
  };
  const rows = variation.rows ?? Array.from({ length: count }, (_, row) => row);
  return {
    name: `${head.name}, ${name}`,
    rollout,
    rows,
    outputs: () => leaves(acted, "now", rows),
    distribution: (outputs) => instance.distribution(outputs),
    isModerate: variation.reward === undefined && variation.logProbShift === undefined && spread < 1,
    isWithoutAdvantage,
  };
}

interface OutputColumn {
  readonly output: string;
  readonly rowShape: readonly number[];
  readonly size: number;
  readonly values: Float32Array;
  readonly now: Float64Array;
}

function leaves(
  columns: readonly OutputColumn[],
  which: "values" | "now",
  rows?: readonly number[],
): Record<string, Tensor> {
  return Object.fromEntries(
    columns.map((column) => {
      const { size, rowShape } = column;
      const chosen = rows ?? Array.from({ length: column.values.length / size }, (_, row) => row);
      const data = rowsOf({ values: column[which], size }, chosen);
      const shape = [chosen.length, ...rowShape];
      return [column.output, tensor(data, { shape, dtype: "float64", requiresGrad: which === "now" })];
    }),
  );
}

/** The first environment terminates halfway, the second is truncated there, the third terminates at the end. */
function endings(steps: number, numEnvs: number): Pick<Rollout, "terminated" | "truncated"> {
  const terminated = new Uint8Array(steps * numEnvs);
  const truncated = new Uint8Array(steps * numEnvs);
  const middle = (Math.ceil(steps / 2) - 1) * numEnvs;
  if (steps > 1) terminated[middle] = 1;
  if (steps > 1 && numEnvs > 1) truncated[middle + 1] = 1;
  if (numEnvs > 2) terminated[(steps - 1) * numEnvs + 2] = 1;
  return { terminated, truncated };
}

/**
 * A situation's rows as a minibatch in float64.
 * @param fields what of the rollout it holds, as `requires` lists it; default everything
 */
export function minibatchOf(
  { rollout, rows, distribution }: CheckSituation,
  outputs: PolicyOutputs,
  targets: RolloutTargets,
  scalars: { readonly [name: string]: number },
  fields: readonly RolloutField[] = ["observation", "action", "logProb", "outputs"],
): Minibatch {
  const upload = ({ values, size, scalar }: RolloutColumn): Tensor =>
    tensor(rowsOf({ values, size }, rows), {
      shape: scalar ? [rows.length] : [rows.length, size],
      dtype: values instanceof Int32Array ? "int32" : "float64",
    });
  const numbers = (values: Float32Array): Tensor => upload({ values, size: 1, scalar: true });
  const part = {
    size: rows.length,
    observation: upload(rollout.observation),
    action: upload(rollout.action),
    logProb: numbers(rollout.logProb),
    behavior: Object.fromEntries(
      Object.entries(rollout.outputs).map(([output, column]) => [output, upload(column)]),
    ),
    distribution: distribution(outputs),
    targets: Object.fromEntries(Object.entries(targets).map(([name, values]) => [name, numbers(values)])),
    scalars: Object.fromEntries(
      Object.entries(scalars).map(([name, value]) => [name, tensor(value, { dtype: "float64" })]),
    ),
  };
  const kept: Partial<Minibatch> = {
    ...part,
    ...(fields.includes("outputs") ? {} : { behavior: {} }),
  };
  for (const field of ["observation", "action", "logProb"] as const)
    if (!fields.includes(field)) delete (kept as { [name: string]: unknown })[field];
  return kept as Minibatch;
}

/** The given rows of a column, one after another. */
function rowsOf(
  { values, size }: { readonly values: ArrayLike<number>; readonly size: number },
  rows: readonly number[],
): Float64Array {
  const chosen = new Float64Array(rows.length * size);
  rows.forEach((row, i) => {
    for (let j = 0; j < size; j++) chosen[i * size + j] = values[row * size + j]!;
  });
  return chosen;
}
