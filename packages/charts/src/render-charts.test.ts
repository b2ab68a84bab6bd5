import { describe, expect, it } from "vitest";
import type { LineChart } from "./line-chart.ts";
import { renderCharts } from "./render-charts.ts";

const chart: LineChart = {
  title: "returns <&>",
  subtitle: "mean of 2 seeds",
  x: { title: "environment steps" },
  y: { title: "return" },
  lines: [
    {
      name: "seed",
      points: [
        { x: 0, y: 10, low: 5, high: 15 },
        { x: 100, y: 20, low: 18, high: 22 },
      ],
    },
    { name: "evaluation", mark: "points", points: [{ x: 50, y: 12, low: 11, high: 13 }] },
  ],
  levels: [{ name: "solved", y: 30 }],
};

const labels = (svg: string): string[] => [...svg.matchAll(/aria-label="([^"]*)"/g)].map(([, text]) => text!);

/** Corners of the paths that are drawn as areas or lines. */
const corners = (svg: string): number[] =>
  [...svg.matchAll(/ d="(M[^"]*)"/g)].map(([, d]) => [...d!.matchAll(/[ML]/g)].length);

describe("renderCharts", () => {
  it("draws lines, bands, error bars, levels and what they are called", async () => {
    const svg = await renderCharts([chart]);
    for (const text of [
      "returns &lt;&amp;&gt;",
      "mean of 2 seeds",
      "environment steps",
      "return",
      "solved",
    ]) {
      expect(svg).toContain(`>${text}</text>`);
    }
    expect(svg).toContain('stroke-dasharray="6,4"');
    expect(corners(svg)).toContain(4); // the band: two corners there, two back
    expect(labels(svg).some((text) => text.includes("environment steps: 50; return: 12"))).toBe(true);
  });

  it("puts several charts into one picture, each with a legend of its own", async () => {
    const svg = await renderCharts(
      [chart, { ...chart, title: "other", lines: [{ name: "alone", points: [{ x: 1, y: 1 }] }] }],
      {
        columns: 2,
      },
    );
    expect(svg).toContain(">other</text>");
    expect([...svg.matchAll(/>solved<\/text>/g)]).toHaveLength(2);
    expect([...svg.matchAll(/>alone<\/text>/g)]).toHaveLength(1);
  });

  it("gives the same text for the same chart", async () => {
    const svg = await renderCharts([chart]);
    expect(svg).toContain("clip");
    expect(await renderCharts([chart])).toBe(svg);
  });

  it("leaves out what a logarithmic axis cannot show, and empty lines", async () => {
    const points = [
      { x: 0, y: 1 },
      { x: 1, y: 1 },
      { x: 10, y: 100, low: -1, high: 200 },
      { x: 100, y: 0 },
      { x: 1000, y: Number.NaN },
      { x: 10_000, y: 10 },
    ];
    const log: LineChart = {
      title: "log",
      x: { title: "x", scale: "log" },
      y: { title: "y", scale: "log" },
      lines: [
        { name: "some", points },
        { name: "none", points: [] },
      ],
    };
    const svg = await renderCharts([log]);
    expect(corners(svg)).toContain(3);
    expect(corners(svg)).not.toContain(4); // no band below 0
    expect(svg).not.toContain("NaN");
    expect(svg).not.toContain(">none</text>");
  });

  it("thins out long lines but for their end", async () => {
    const points = Array.from({ length: 2500 }, (_, i) => ({ x: i, y: i }));
    const most = Math.max(...corners(await renderCharts([{ ...chart, lines: [{ name: "long", points }] }])));
    expect(most).toBeGreaterThan(500);
    expect(most).toBeLessThanOrEqual(1001);
  });
});
