import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readProgressLog } from "../run-folder/progress-log.ts";
import { drawLearningCurve, renderLearningCurve } from "./draw-learning-curve.ts";
import type { LearningCurve } from "./learning-curve-chart.ts";

const curve: LearningCurve = {
  title: "CartPole-v1 <&>",
  subtitle: "ppo, δ applied by seed",
  training: [
    { steps: 256, returnMean: 20 },
    { steps: 512, returnMean: 45.5 },
    { steps: 768, returnMean: 120 },
    { steps: 1024, returnMean: 110 },
  ],
  evaluations: [
    { steps: 512, mean: 60, std: 15, episodes: 10 },
    { steps: 1024, mean: 200, std: 40, episodes: 10 },
  ],
  rewardThreshold: 475,
};

/** Names of a text's elements in order. Fails where tags do not close each other, or an & starts nothing. */
function elements(xml: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  for (const [, close, name, attributes, empty] of xml.matchAll(
    /<(\/?)([\w:]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
  )) {
    expect(attributes).not.toMatch(/&(?!\w+;|#\d+;)/);
    if (close === "/") expect(open.pop()).toBe(name);
    else names.push(name!);
    if (close === "" && empty === "") open.push(name!);
  }
  expect(open).toEqual([]);
  const text = xml.replace(/<\/?[\w:]+(?:\s+[\w:-]+="[^"<]*")*\s*\/?>/g, "");
  expect(text).not.toMatch(/[<>]|&(?!\w+;|#\d+;)/);
  return names;
}

/** The `d` of the longest path of straight lines: the training curve. */
function trainingPath(svg: string): [x: number, y: number][] {
  const paths = [...svg.matchAll(/ d="(M[^"]*)"/g)].map(([, d]) => d!);
  const points = paths.map((d) => [...d.matchAll(/[ML](-?[\d.]+),(-?[\d.]+)/g)]);
  const longest = points.reduce((best, one) => (one.length > best.length ? one : best));
  return longest.map(([, x, y]) => [Number(x), Number(y)]);
}

describe("the learning curve", () => {
  it("is a well-formed SVG picture with titles, labels and legend", async () => {
    const svg = await renderLearningCurve(curve);
    expect(elements(svg)[0]).toBe("svg");
    expect(svg).toContain('xmlns="http://www.w3.org/2000/svg"');
    for (const text of [
      "CartPole-v1 &lt;&amp;&gt;",
      "ppo, δ applied by seed",
      "environment steps",
      "return per episode (sum of rewards)",
      "training, mean of the last 100 episodes",
      "evaluation, mean ± std of 10 episodes",
      "reward threshold (475)",
    ]) {
      expect(svg).toContain(`>${text}</text>`);
    }
  });

  it("has a point for every update, in proportion", async () => {
    const points = trainingPath(await renderLearningCurve(curve));
    expect(points).toHaveLength(4);
    const [a, b, c, d] = points as [number, number][];
    for (const [left, right] of [
      [a, b],
      [b, c],
      [c, d],
    ] as [number[], number[]][]) {
      expect(right[0]! - left[0]!).toBeCloseTo(b![0] - a![0], 6);
    }
    // Up on the picture is less y.
    expect((a![1] - b![1]) / (a![1] - c![1])).toBeCloseTo((45.5 - 20) / (120 - 20), 6);
    expect(d![1]).toBeGreaterThan(c![1]);
  });

  it("has a point and an error bar for every evaluation, and the threshold", async () => {
    const svg = await renderLearningCurve(curve);
    const labels = [...svg.matchAll(/aria-label="([^"]*)"/g)].map(([, label]) => label);
    const mark = (part: string): number => labels.filter((label) => label!.includes(part)).length;
    expect(mark("environment steps: 512; return per episode (sum of rewards): 60")).toBe(1);
    expect(mark("environment steps: 1,024; return per episode (sum of rewards): 200")).toBe(1);
    expect(mark("environment steps: 512; return per episode (sum of rewards): 45")).toBeGreaterThanOrEqual(1);
    expect(svg).toContain('stroke-dasharray="6,4"');
    expect(await renderLearningCurve({ ...curve, rewardThreshold: null })).not.toContain(
      'stroke-dasharray="6,4"',
    );
  });

  it("is drawn without any data, and thins out a long log but for its end", async () => {
    elements(await renderLearningCurve({ ...curve, training: [], evaluations: [], rewardThreshold: null }));
    const training = Array.from({ length: 2500 }, (_, i) => ({ steps: i, returnMean: i }));
    const points = trainingPath(await renderLearningCurve({ ...curve, training, evaluations: [] }));
    expect(points.length).toBeGreaterThan(500);
    expect(points.length).toBeLessThanOrEqual(1001);
    const short = trainingPath(
      await renderLearningCurve({ ...curve, training: [training[0]!, training[2499]!], evaluations: [] }),
    );
    expect(points.at(-1)).toEqual(short.at(-1));
  });

  it("is the picture of a run's log", async () => {
    const folder = await mkdtemp(join(tmpdir(), "gradbridge-curve-"));
    const log = join(folder, "progress.jsonl");
    await writeFile(
      log,
      [
        '{"type":"update","update":1,"steps":256,"returnMean":null,"gradNorm":1}',
        '{"type":"update","update":2,"steps":512,"returnMean":20.5,"gradNorm":1}',
        '{"type":"evaluation","update":2,"steps":512,"mean":30,"std":2,"episodes":5}',
        '{"type":"update","update":3,"ste',
      ].join("\n"),
    );
    const points = await readProgressLog(log);
    expect(points.training).toEqual([{ steps: 512, returnMean: 20.5 }]);
    expect(points.evaluations).toMatchObject([{ steps: 512, mean: 30, std: 2, episodes: 5 }]);
    expect(await readProgressLog(join(folder, "missing.jsonl"))).toEqual({ training: [], evaluations: [] });
    const picture = join(folder, "curve.svg");
    await drawLearningCurve(picture, { ...curve, ...points });
    expect(await readFile(picture, "utf8")).toContain("mean ± std of 5 episodes");
  });
});
