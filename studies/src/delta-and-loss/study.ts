import { collect, evaluate } from "@gradbridge/bridge";
import type { LineChart } from "@gradbridge/charts";
import { generator } from "@gradbridge/random";
import { makeVec } from "gymnasium-js";
import { cosine, deviation, mean, meanAndDeviation, relativeDistance } from "../statistics.ts";
import type { Study, StudyContext, StudyTable } from "../study.ts";
import {
  cartPolePolicy,
  columnsOf,
  compiledUpdate,
  gradientOf,
  type StepKind,
  settings,
  stepKinds,
  trainCartPole,
} from "./ppo-run.ts";

/** PPO written as δ against PPO written as a differentiated loss, from the same seeds. */
export const deltaAndLossStudy: Study = {
  name: "delta-and-loss",
  question: "is PPO written as δ the same as PPO written as a loss: gradients, learning, time?",
  async run(context) {
    const learned = await learnAll(context);
    return {
      tables: {
        gradients: await gradientTable(context),
        learning: learningTable(learned),
        time: await timeTable(context),
      },
      pictures: { learning: { charts: [learningChart(learned)] } },
    };
  },
};

/**
 * Along a run that learns by the loss: how far the gradient of each mode is from the loss's, at the same parameters, in
 * the first epoch of an update (y = ỹ) and in its last.
 */
async function gradientTable({ quick, log }: StudyContext): Promise<StudyTable> {
  log("gradients");
  const modes = stepKinds.filter((kind) => kind !== "loss");
  const distances = new Map<string, { distance: number; cosine: number }[]>();
  const watched = [0, settings.epochs - 1];
  await trainCartPole("loss", { seed: 1, steps: quick ? 2048 : 50_000 }, (update, epoch, policy, columns) => {
    if (update % 5 !== 0 || !watched.includes(epoch)) return;
    const loss = gradientOf("loss", policy, columns);
    for (const mode of modes) {
      const own = gradientOf(mode, policy, columns);
      const key = `${mode} ${epoch}`;
      const list = distances.get(key) ?? [];
      list.push({ distance: relativeDistance(own, loss), cosine: cosine(own, loss) });
      distances.set(key, list);
    }
  });
  const row = (epoch: number) => (mode: StepKind) => {
    const all = distances.get(`${mode} ${epoch}`)!;
    const apart = all.map(({ distance }) => distance);
    return [
      `${mode}, epoch ${epoch + 1}`,
      mean(apart).toExponential(1),
      Math.max(...apart).toExponential(1),
      Math.min(...all.map((one) => one.cosine)).toFixed(9),
    ];
  };
  return {
    columns: ["δ applied by", "relative distance, mean", "largest", "lowest cosine"],
    rows: watched.flatMap((epoch) => modes.map(row(epoch))),
  };
}

interface Learned {
  readonly kind: StepKind;
  readonly runs: readonly { readonly evaluation: number; readonly curve: readonly CurvePoint[] }[];
}
type CurvePoint = { readonly steps: number; readonly returnMean: number };

async function learnAll({ quick, log }: StudyContext): Promise<Learned[]> {
  const seeds = quick ? [1] : [1, 2, 3, 4, 5];
  const steps = quick ? 1024 : 100_000;
  const learned: Learned[] = [];
  for (const kind of stepKinds) {
    const runs: Learned["runs"][number][] = [];
    for (const seed of seeds) {
      const { policy, curve } = await trainCartPole(kind, { seed, steps });
      const { mean: evaluation } = evaluate(policy, "CartPole-v1", {
        episodes: quick ? 2 : 100,
        seed: 10_000,
      });
      runs.push({ evaluation, curve });
    }
    log(`${kind}: ${runs.map(({ evaluation }) => evaluation.toFixed(0)).join(" ")}`);
    learned.push({ kind, runs });
  }
  return learned;
}

function learningTable(learned: readonly Learned[]): StudyTable {
  return {
    columns: ["step taken by", "return at the end", "training return, mean over the run"],
    rows: learned.map(({ kind, runs }) => [
      kind,
      meanAndDeviation(
        runs.map(({ evaluation }) => evaluation),
        1,
      ),
      meanAndDeviation(
        runs.map(({ curve }) => mean(curve.map(({ returnMean }) => returnMean))),
        1,
      ),
    ]),
  };
}

/** Milliseconds of a whole compiled update (forward, gradient, clipping, Adam) of 256 rows, all kinds interleaved. */
async function timeTable({ quick, log }: StudyContext): Promise<StudyTable> {
  log("time");
  const policy = cartPolePolicy(generator(1));
  const envs = makeVec("CartPole-v1", { numEnvs: 8, vectorizationMode: "sync", autoresetMode: "same_step" });
  const columns = columnsOf(await collect(policy, envs, { steps: 32, generator: generator(2), seed: 1 }));
  await envs.close();
  const subjects = stepKinds.map((kind) => ({ kind, ...compiledUpdate(kind, cartPolePolicy(generator(1))) }));
  const samples = new Map(stepKinds.map((kind): [StepKind, number[]] => [kind, []]));
  const [rounds, repeats] = quick ? [2, 2] : [200, 25];
  for (let round = 0; round < rounds; round++) {
    for (const { kind, update } of subjects) {
      const began = performance.now();
      for (let i = 0; i < repeats; i++) update(...columns);
      samples.get(kind)!.push(((performance.now() - began) * 1000) / repeats);
    }
  }
  const quantile = (values: readonly number[], q: number): number =>
    [...values].sort((a, b) => a - b)[Math.round(q * (values.length - 1))]!;
  const loss = quantile(samples.get("loss")!, 0.5);
  return {
    columns: ["step taken by", "µs per update, median", "quartiles", "÷ loss"],
    rows: stepKinds.map((kind) => {
      const times = samples.get(kind)!;
      const [low, middle, high] = [0.25, 0.5, 0.75].map((q) => quantile(times, q)) as [
        number,
        number,
        number,
      ];
      return [kind, middle.toFixed(0), `${low.toFixed(0)} – ${high.toFixed(0)}`, (middle / loss).toFixed(2)];
    }),
  };
}

function learningChart(learned: readonly Learned[]): LineChart {
  return {
    title: "PPO on CartPole-v1, as a loss and as δ",
    subtitle: "mean of the seeds, band: ± one standard deviation",
    x: { title: "environment steps", format: ",d", zero: true },
    y: { title: "return, last 100 episodes", zero: true },
    lines: learned.map(({ kind, runs }) => ({
      name: kind,
      mark: kind === "inner" ? "dashed" : "line",
      points: alignedSteps(runs.map(({ curve }) => curve)).map(({ steps, values }) => {
        const [center, spread] = [mean(values), deviation(values)];
        return { x: steps, y: center, low: center - spread, high: center + spread };
      }),
    })),
  };
}

/** The values of all curves at the steps that all of them have. */
function alignedSteps(curves: readonly (readonly CurvePoint[])[]): { steps: number; values: number[] }[] {
  const bySteps = curves.map((curve) => new Map(curve.map(({ steps, returnMean }) => [steps, returnMean])));
  return curves[0]!
    .map(({ steps }) => ({ steps, values: bySteps.flatMap((one) => one.get(steps) ?? []) }))
    .filter(({ values }) => values.length === curves.length);
}
