import type { LineChart } from "@gradbridge/charts";

/** Mean return of the latest training episodes after so many environment steps. */
export interface TrainingPoint {
  readonly steps: number;
  readonly returnMean: number;
}

/** Mean and standard deviation of the returns of one evaluation after so many environment steps. */
export interface EvaluationPoint {
  readonly steps: number;
  readonly mean: number;
  readonly std: number;
  readonly episodes: number;
}

/** What a learning curve shows. */
export interface LearningCurve {
  readonly title: string;
  readonly subtitle: string;
  readonly training: readonly TrainingPoint[];
  readonly evaluations: readonly EvaluationPoint[];
  /** The return from which on the environment counts as solved; null where it names none. */
  readonly rewardThreshold: number | null;
}

/** The picture: return over environment steps, with a line for each thing that there is data for. */
export function learningCurveChart(curve: LearningCurve): LineChart {
  const { title, subtitle, training, evaluations, rewardThreshold } = curve;
  return {
    title,
    subtitle,
    x: { title: "environment steps", format: ",d", zero: true },
    y: { title: "return per episode (sum of rewards)" },
    lines: [
      {
        name: "training, mean of the last 100 episodes",
        points: training.map(({ steps, returnMean }) => ({ x: steps, y: returnMean })),
      },
      {
        name: `evaluation, mean ± std of ${episodeCount(evaluations)} episodes`,
        mark: "points",
        points: evaluations.map(({ steps, mean, std }) => ({
          x: steps,
          y: mean,
          low: mean - std,
          high: mean + std,
        })),
      },
    ],
    levels:
      rewardThreshold === null ? [] : [{ name: `reward threshold (${rewardThreshold})`, y: rewardThreshold }],
  };
}

function episodeCount(evaluations: readonly EvaluationPoint[]): string {
  const counts = evaluations.map(({ episodes }) => episodes);
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  return fewest === most ? `${most}` : `${fewest} to ${most}`;
}
