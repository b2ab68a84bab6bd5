import type { TopLevelSpec } from "vega-lite";

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

// Okabe and Ito's palette: tells apart for every kind of colour vision, and in print.
const blue = "#0072B2";
const vermillion = "#D55E00";
const gray = "#595959";

/**
 * The picture as a Vega-Lite specification: return over environment steps, one layer for each thing that there is data
 * for. Each layer names itself in the legend.
 */
export function learningCurveSpec(curve: LearningCurve): TopLevelSpec {
  const { training, evaluations, rewardThreshold } = curve;
  const thresholdName = `reward threshold (${rewardThreshold})`;
  const trainingName = "training, mean of the last 100 episodes";
  const evaluationName = `evaluation, mean ± std of ${episodeCount(evaluations)} episodes`;
  const named = [
    ...(training.length > 0 ? [{ name: trainingName, color: blue }] : []),
    ...(evaluations.length > 0 ? [{ name: evaluationName, color: vermillion }] : []),
    ...(rewardThreshold !== null ? [{ name: thresholdName, color: gray }] : []),
  ];
  const layers = [
    ...(rewardThreshold !== null ? [thresholdLayer(rewardThreshold, thresholdName)] : []),
    ...(training.length > 0 ? [trainingLayer(training, trainingName)] : []),
    ...(evaluations.length > 0 ? evaluationLayers(evaluations, evaluationName) : []),
  ];
  const domain = named.map(({ name }) => name);
  return {
    background: "white",
    padding: 16,
    width: 640,
    height: 360,
    title: { text: curve.title, subtitle: curve.subtitle, anchor: "start", offset: 12 },
    layer: layers,
    encoding: {
      x: {
        type: "quantitative",
        title: "environment steps",
        axis: { format: ",d", tickCount: 6, grid: false },
        scale: { nice: false, zero: true },
      },
      y: {
        type: "quantitative",
        title: "return per episode (sum of rewards)",
        axis: { grid: true },
        scale: { zero: false, padding: 8 },
      },
      color: { type: "nominal", scale: { domain, range: named.map(({ color }) => color) } },
    },
    config: {
      font: "Helvetica, Arial, DejaVu Sans, sans-serif",
      title: { fontSize: 16, subtitleFontSize: 12, subtitleColor: gray, subtitlePadding: 4 },
      axis: {
        labelFontSize: 11,
        titleFontSize: 12,
        titleFontWeight: "normal",
        titlePadding: 10,
        gridColor: "#e6e6e6",
        domainColor: "#888888",
        tickColor: "#888888",
      },
      legend: { orient: "bottom", direction: "vertical", title: null, labelFontSize: 11, labelLimit: 0 },
      view: { stroke: null },
    },
  } as TopLevelSpec;
}

function trainingLayer(points: readonly TrainingPoint[], name: string): object {
  return {
    data: { values: points },
    mark: { type: "line", strokeWidth: 2, interpolate: "linear" },
    encoding: { x: { field: "steps" }, y: { field: "returnMean" }, color: { datum: name } },
  };
}

function evaluationLayers(points: readonly EvaluationPoint[], name: string): object[] {
  const values = points.map(({ steps, mean, std }) => ({ steps, mean, low: mean - std, high: mean + std }));
  return [
    {
      data: { values },
      mark: { type: "rule", strokeWidth: 1.5 },
      encoding: { x: { field: "steps" }, y: { field: "low" }, y2: { field: "high" }, color: { datum: name } },
    },
    {
      data: { values },
      mark: { type: "point", filled: true, size: 60, opacity: 1 },
      encoding: { x: { field: "steps" }, y: { field: "mean" }, color: { datum: name } },
    },
  ];
}

function thresholdLayer(threshold: number, name: string): object {
  return {
    data: { values: [{}] },
    mark: { type: "rule", strokeDash: [6, 4], strokeWidth: 1.5 },
    encoding: { x: null, y: { datum: threshold }, color: { datum: name } },
  };
}

function episodeCount(evaluations: readonly EvaluationPoint[]): string {
  const counts = evaluations.map(({ episodes }) => episodes);
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  return fewest === most ? `${most}` : `${fewest} to ${most}`;
}
