import { writeFile } from "node:fs/promises";
import { renderCharts } from "@gradbridge/charts";
import { type LearningCurve, learningCurveChart } from "./learning-curve-chart.ts";

/** The learning curve as SVG text. */
export async function renderLearningCurve(curve: LearningCurve): Promise<string> {
  return renderCharts([learningCurveChart(curve)]);
}

/** Draws the learning curve into an SVG file. */
export async function drawLearningCurve(path: string, curve: LearningCurve): Promise<void> {
  await writeFile(path, await renderLearningCurve(curve));
}
