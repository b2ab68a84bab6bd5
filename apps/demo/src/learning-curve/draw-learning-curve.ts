import { writeFile } from "node:fs/promises";
import { type LearningCurve, learningCurveSpec } from "./learning-curve-spec.ts";

/** More points than this are not told apart on the picture. */
const mostPoints = 1000;

/** The learning curve as SVG text. Loads Vega at first use. */
export async function renderLearningCurve(curve: LearningCurve): Promise<string> {
  const [{ parse, View }, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  const spec = learningCurveSpec({ ...curve, training: thinned(curve.training) });
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** Draws the learning curve into an SVG file. */
export async function drawLearningCurve(path: string, curve: LearningCurve): Promise<void> {
  await writeFile(path, await renderLearningCurve(curve));
}

/** Every n-th point, and the last. */
function thinned<Point>(points: readonly Point[]): Point[] {
  const stride = Math.ceil(points.length / mostPoints);
  return points.filter((_, i) => i % stride === 0 || i === points.length - 1);
}
