import { applyDelta } from "@gradbridge/bridge";
import type { LineChart } from "@gradbridge/charts";
import { adam, sgd, type Tensor } from "@gradbridge/core";
import { type Bandit, contextualBandit } from "../bandit.ts";
import { cosine, deviation, mean, meanAndDeviation, norm, relativeDistance } from "../statistics.ts";
import type { Study, StudyContext, StudyResult, StudyTable } from "../study.ts";
import { exactDeltas, type LearningOutcome, type LearningRun, learn } from "./learn.ts";

const rows = 200;
const actions = 4;
const clipTo = 0.5;

/** c multiplies every δ. All are functions of B rows and n elements per row (4 logits, 1 value). */
const constants = [
  { name: "1", reduction: "sum", scale: 1, of: 1 },
  { name: "1/B", reduction: "batch-mean", scale: 1, of: 1 / rows },
  { name: "1/(B·n)", reduction: "element-mean", scale: 1, of: 1 / (rows * actions) },
  { name: "2/(B·n)", reduction: "element-mean", scale: 2, of: 2 / (rows * actions) },
] as const;
type Constant = (typeof constants)[number];

const sgdRate = 0.5;
const adamRate = 3e-3;

type MakeOptimizer = LearningRun["makeOptimizer"];
const withSgd =
  (learningRate: number): MakeOptimizer =>
  (parameters) =>
    sgd(parameters, { learningRate });
const withAdam =
  (epsilon: number): MakeOptimizer =>
  (parameters) =>
    adam(parameters, { learningRate: adamRate, epsilon });

/** The four ways of taking a step that the curves compare, each with the learning rate that suits 1/B. */
const ways: readonly { readonly name: string; readonly make: MakeOptimizer; readonly maxNorm: number }[] = [
  { name: `SGD, learning rate ${sgdRate}`, make: withSgd(sgdRate), maxNorm: Infinity },
  { name: `SGD, gradients clipped to ${clipTo}`, make: withSgd(sgdRate), maxNorm: clipTo },
  { name: `Adam, learning rate ${adamRate}`, make: withAdam(1e-8), maxNorm: Infinity },
  { name: `Adam, gradients clipped to ${clipTo}`, make: withAdam(1e-8), maxNorm: clipTo },
];

/** What the constants 1, 1/B, 1/(B n), 2/(B n) do under SGD, under Adam, with gradient clipping. */
export const reductionsStudy: Study = {
  name: "reductions",
  question: "what do the constants 1, 1/B, 1/(B n), 2/(B n) do, under SGD, Adam and clipping?",
  async run(context) {
    const bandit = contextualBandit(rows, actions, 0);
    const seeds = context.quick ? [1] : [1, 2, 3, 4, 5];
    const steps = context.quick ? 20 : 400;
    const base = { bandit, steps };
    const learned = learnAll(base, seeds, context);
    return {
      tables: {
        learning: learningTable(learned, bandit),
        compensated: compensatedTable(base, seeds),
        epsilon: epsilonTable(base, seeds),
        heads: headsTable(bandit, seeds),
      },
      pictures: { learning: { charts: curves(learned, bandit), columns: 2 } },
    } satisfies StudyResult;
  },
};

interface Learned {
  readonly way: string;
  readonly byConstant: readonly {
    readonly constant: Constant;
    readonly outcomes: readonly LearningOutcome[];
  }[];
}

type Base = Pick<LearningRun, "bandit" | "steps">;

function learnAll(base: Base, seeds: readonly number[], { log }: StudyContext): Learned[] {
  return ways.map(({ name, make, maxNorm }) => {
    log(name);
    return {
      way: name,
      byConstant: constants.map((constant) => ({
        constant,
        outcomes: seeds.map((seed) =>
          learn({ ...base, seed, maxNorm, makeOptimizer: make, ...reductionOf(constant) }),
        ),
      })),
    };
  });
}

function reductionOf({ reduction, scale }: Constant): Pick<LearningRun, "reduction" | "scale"> {
  return { reduction, scale };
}

function learningTable(learned: readonly Learned[], bandit: Bandit): StudyTable {
  return {
    columns: ["optimizer", ...constants.map(({ name }) => `c = ${name}`)],
    rows: learned.map(({ way, byConstant }) => [
      way,
      ...byConstant.map(({ outcomes }) => {
        const ends = outcomes.map(({ objective }) => (100 * objective.at(-1)!) / bandit.best);
        const clipped = 100 * mean(outcomes.map((outcome) => outcome.clipped));
        return `${meanAndDeviation(ends, 1)} %${clipped > 0 ? ` (${clipped.toFixed(0)} % clipped)` : ""}`;
      }),
    ]),
  };
}

/** SGD with its learning rate divided by the constant: does it walk the same way as with 1/B? */
function compensatedTable(base: Base, seeds: readonly number[]): StudyTable {
  const parametersOf = (constant: Constant, learningRate: number, run: Pick<LearningRun, "seed" | "heads">) =>
    learn({
      ...base,
      ...run,
      ...reductionOf(constant),
      maxNorm: Infinity,
      makeOptimizer: withSgd(learningRate),
    }).parameters;
  const distances = (constant: Constant, learningRate: number, heads: LearningRun["heads"] & object) =>
    seeds.map((seed) =>
      relativeDistance(
        parametersOf(constant, learningRate, { seed, heads }),
        parametersOf(constants[1], sgdRate, { seed, heads }),
      ),
    );
  return {
    columns: ["c", "learning rate", "only logits learn", "logits and value learn"],
    rows: constants.map((constant) => {
      const learningRate = sgdRate / (rows * constant.of);
      return [
        constant.name,
        `${Number(learningRate.toPrecision(3))}`,
        scientific(distances(constant, learningRate, ["logits"])),
        scientific(distances(constant, learningRate, ["logits", "value"])),
      ];
    }),
  };
}

/** Adam: how far does the constant move the result, by its ε? */
function epsilonTable(base: Base, seeds: readonly number[]): StudyTable {
  const epsilons = [1e-8, 1e-5, 1e-3];
  const parametersOf = (constant: Constant, epsilon: number, seed: number) =>
    learn({
      ...base,
      seed,
      heads: ["logits"],
      ...reductionOf(constant),
      maxNorm: Infinity,
      makeOptimizer: withAdam(epsilon),
    }).parameters;
  return {
    columns: ["c", ...epsilons.map((epsilon) => `ε = ${epsilon}`)],
    rows: constants.map((constant) => [
      constant.name,
      ...epsilons.map((epsilon) =>
        scientific(
          seeds.map((seed) =>
            relativeDistance(
              parametersOf(constant, epsilon, seed),
              parametersOf(constants[1], epsilon, seed),
            ),
          ),
        ),
      ),
    ]),
  };
}

/** How the constant divides the shared body between its two heads, for a policy that has begun to learn. */
function headsTable(bandit: Bandit, seeds: readonly number[]): StudyTable {
  const policies = seeds.map(
    (seed) =>
      learn({
        bandit,
        steps: 50,
        seed,
        maxNorm: Infinity,
        makeOptimizer: withSgd(sgdRate),
        ...reductionOf(constants[1]),
      }).policy,
  );
  const measured = constants.map((constant) =>
    policies.map((policy) => {
      const body = (heads: readonly ("logits" | "value")[], of: Constant = constant): number[] => {
        for (const parameter of policy.parameters()) parameter.grad = null;
        const outputs = policy.forward(bandit.context);
        const deltas = exactDeltas(outputs, bandit);
        applyDelta(outputs, Object.fromEntries(heads.map((head) => [head, deltas[head]!])), {
          mode: "seed",
          ...reductionOf(of),
        });
        return bodyGradient(policy.namedParameters());
      };
      return {
        share: norm(body(["value"])) / norm(body(["logits"])),
        angle: degrees(cosine(body(["logits", "value"]), body(["logits", "value"], constants[1]))),
      };
    }),
  );
  return {
    columns: ["c", "gradient of the value ÷ of the logits, in the body", "angle to the step with 1/B"],
    rows: constants.map(({ name }, i) => [
      name,
      meanAndDeviation(
        measured[i]!.map(({ share }) => share),
        1,
      ),
      `${meanAndDeviation(
        measured[i]!.map(({ angle }) => angle),
        2,
      )}°`,
    ]),
  };
}

function bodyGradient(parameters: Iterable<readonly [string, Tensor]>): number[] {
  return [...parameters].flatMap(([name, { grad }]) =>
    name.startsWith("body") && grad !== null ? [...grad.dataSync()] : [],
  );
}

function degrees(cosine: number): number {
  return (Math.acos(Math.min(1, cosine)) * 180) / Math.PI;
}

function scientific(values: readonly number[]): string {
  const center = mean(values);
  if (center === 0) return "0";
  return center < 1e3 ? center.toExponential(1) : "diverges";
}

function curves(learned: readonly Learned[], bandit: Bandit): LineChart[] {
  return learned.map(({ way, byConstant }) => ({
    title: way,
    subtitle: "mean of the seeds, band: ± one standard deviation",
    width: 420,
    height: 260,
    x: { title: "step" },
    y: { title: "mean reward, share of the best possible", domain: [0, 1] },
    lines: byConstant.map(({ constant, outcomes }) => ({
      name: `c = ${constant.name}`,
      points: outcomes[0]!.objective.map((_, step) => {
        const values = outcomes.map(({ objective }) => objective[step]! / bandit.best);
        const [center, spread] = [mean(values), deviation(values)];
        return { x: step, y: center, low: center - spread, high: center + spread };
      }),
    })),
  }));
}
