import { setDevice, type Tensor, tensor } from "@gradbridge/core";
import { blackBox } from "@gradbridge/envs";
import type { Generator } from "@gradbridge/random";
import { beforeAll, describe, expect, it } from "vitest";
import { train } from "../../training/train.ts";
import type { Estimator, Minibatch } from "../estimator.ts";
import { evolution } from "./evolution.ts";
import { finiteDifference } from "./finite-difference.ts";
import { mirroredDifferences } from "./mirrored-differences.ts";
import type { Objective } from "./output-space.ts";
import { spsa } from "./spsa.ts";

beforeAll(() => setDevice("reference"));

/** y₀ + 2 y₁ + 3 y₂ + …: its gradient is 1, 2, 3, …. */
const linear: Objective = (y) => y.reduce((total, value, i) => total + (i + 1) * value, 0);

/** δ at `rows` copies of one point, [rows][n]. */
function deltasAt(estimator: Estimator, point: readonly number[], rows = 1, progress = 0): number[][] {
  const batch = {
    observation: tensor(Array.from({ length: rows }, () => [0.5, -0.25])),
    scalars: { progress: tensor(progress) },
  } as unknown as Minibatch;
  const outputs = { mean: tensor(Array.from({ length: rows }, () => [...point])) };
  return (estimator.delta(batch, outputs).mean as Tensor).toArray() as number[][];
}

/** Every combination of one of `values` in each of n places. */
function combinations(values: readonly number[], n: number): number[][] {
  if (n === 0) return [[]];
  return combinations(values, n - 1).flatMap((rest) => values.map((value) => [...rest, value]));
}

describe("expectation over all directions, enumerated", () => {
  const point = [0.3, -0.7, 0.2];
  const at =
    (objective: (y: number[]) => number) =>
    (direction: ArrayLike<number>, step: number): number =>
      objective(point.map((value, i) => value + step * direction[i]!));

  it("spsa: for a quadratic objective the gradient, whatever the step", () => {
    // y₀² + 3 y₀ y₁ − 2 y₂² + y₁ has the gradient 2 y₀ + 3 y₁, 3 y₀ + 1, −4 y₂
    const objective = ([a, b, c]: number[]): number => a! ** 2 + 3 * a! * b! - 2 * c! ** 2 + b!;
    const signs = combinations([-1, 1], 3);
    const found = mirroredDifferences(at(objective), signs, 0.9);
    [2 * 0.3 + 3 * -0.7, 3 * 0.3 + 1, -4 * 0.2].forEach((expected, i) => {
      expect(found[i]).toBeCloseTo(expected, 12);
    });
  });

  it("spsa: for a cubic objective off by O(c²), exactly by c² for a cube", () => {
    // E[ε₀ · odd part of (y + c ε)³ in y₀] = 3 y₀² + c²
    const found = mirroredDifferences(
      at(([a]) => a! ** 3),
      combinations([-1, 1], 3),
      0.5,
    );
    expect(found[0]).toBeCloseTo(3 * 0.3 ** 2 + 0.25, 12);
    expect(found[1]).toBeCloseTo(0, 12);
  });

  it("evolution: the gradient of the smoothed objective", () => {
    // Gauss-Hermite with three points is exact here: ε = −√3, 0, 0, 0, 0, √3 with equal weights
    const normals = combinations([-Math.sqrt(3), 0, 0, 0, 0, Math.sqrt(3)], 2).map((pair) => [...pair, 0]);
    // E[(y + σ ε)³] = y³ + 3 σ² y, so its derivative is 3 y² + 3 σ²
    const found = mirroredDifferences(
      at(([a, b]) => a! ** 3 + a! * b!),
      normals,
      0.5,
    );
    expect(found[0]).toBeCloseTo(3 * 0.3 ** 2 + 3 * 0.25 - 0.7, 12);
    expect(found[1]).toBeCloseTo(0.3, 12);
  });
});

describe("relative squared error on a linear objective", () => {
  const rows = 4000;

  it.each([
    ["spsa", (pairs: number) => spsa({ evaluate: linear, pairs, step: 0.5 }), (d: number) => d - 1],
    [
      "evolution",
      (pairs: number) => evolution({ evaluate: linear, pairs, sigma: 0.5 }),
      (d: number) => d + 1,
    ],
  ] as const)("%s: as d and m say, within four standard errors over 4000 rows", (_, make, numerator) => {
    for (const [d, pairs] of [
      [3, 1],
      [6, 4],
    ] as const) {
      const gradient = Array.from({ length: d }, (_, i) => i + 1);
      const size = gradient.reduce((total, g) => total + g * g, 0);
      const deltas = deltasAt(make(pairs), new Array<number>(d).fill(0), rows);
      const errors = deltas.map(
        (delta) => delta.reduce((total, value, i) => total + (value - gradient[i]!) ** 2, 0) / size,
      );
      const mean = errors.reduce((total, error) => total + error, 0) / rows;
      const variance = errors.reduce((total, error) => total + (error - mean) ** 2, 0) / (rows - 1);
      expect(Math.abs(mean - numerator(d) / pairs)).toBeLessThan(4 * Math.sqrt(variance / rows));
      gradient.forEach((expected, i) => {
        const column = deltas.map((delta) => delta[i]!);
        const average = column.reduce((total, value) => total + value, 0) / rows;
        const spread = column.reduce((total, value) => total + (value - average) ** 2, 0) / (rows - 1);
        expect(Math.abs(average - expected)).toBeLessThan(4 * Math.sqrt(spread / rows));
      });
    }
  });
});

describe("finiteDifference", () => {
  it("is exact for quadratics and off by h² f‴/6 for cubics", () => {
    const cubic: Objective = (y) => y[0]! ** 3 + y[0]! * y[1]!;
    const [delta] = deltasAt(finiteDifference({ evaluate: cubic, step: 0.25 }), [0.5, 2]);
    expect(delta).toEqual([3 * 0.25 + 2 + 0.25 ** 2, 0.5]);
  });

  it("measures over the distance that float32 leaves between the points", () => {
    // at 1000 a step of 1e-3 is rounded by up to 3 %
    const [delta] = deltasAt(finiteDifference({ evaluate: linear, step: 1e-3 }), [1000, 1000]);
    expect(delta![0]).toBeCloseTo(1, 6);
    expect(deltasAt(finiteDifference({ evaluate: linear, step: 1e-3 }), [1e6, 0])[0]![0]).toBe(0);
  });
});

describe("every search", () => {
  const searches = [
    ["evolution", evolution],
    ["spsa", spsa],
    ["finiteDifference", finiteDifference],
  ] as const;

  it.each(searches)("%s trains a network to answer every context of a black box", async (_, make) => {
    const evaluate: Objective = (y, context) => -((y[0]! - context[0]!) ** 2);
    const context = { size: 1, sample: (random: Generator) => Float32Array.of(random.uniform(-1, 1)) };
    const aim = blackBox({ name: "Aim-v0", outputs: 1, evaluate, context });
    const result = await train({
      env: aim.entryPoint,
      estimator: make({ evaluate }),
      epochs: 1,
      steps: 12_288,
      learningRate: 3e-3,
      hidden: [16],
      evalEpisodes: 50,
      device: "reference",
    });
    expect(result.evaluation!.mean).toBeGreaterThan(-0.01);
  });

  it.each(searches)("%s climbs a black box, and judges by the context of the row", (_, make) => {
    const options = {
      name: "Aim-v0",
      outputs: 2,
      evaluate: (y: Float32Array, context: Float32Array) =>
        -((y[0]! - context[0]!) ** 2) - (y[1]! - context[1]!) ** 2,
    };
    expect(blackBox(options).id).toBe("Aim-v0");
    const estimator = make(options);
    let point = [2, 2];
    for (let i = 0; i < 60; i++) {
      const [delta] = deltasAt(estimator, point, 1, i / 60);
      point = point.map((value, j) => value + 0.2 * delta![j]!);
    }
    expect(point[0]).toBeCloseTo(0.5, 2);
    expect(point[1]).toBeCloseTo(-0.25, 2);
  });

  it.each(searches)(
    "%s names itself, the output and the row of an answer that is no number",
    (name, make) => {
      let calls = 0;
      const estimator = make({ evaluate: () => (++calls > 40 ? Number.NaN : 0) });
      expect(() => deltasAt(estimator, [1, 2], 30)).toThrow(
        expect.objectContaining({
          code: "non-finite",
          message: expect.stringMatching(
            new RegExp(`^${name}: evaluate must give .* NaN near output "mean" in row [1-9]`),
          ),
        }),
      );
    },
  );

  it.each(searches)("%s refuses a policy without the output, and options out of range", (name, make) => {
    const estimator = make({ evaluate: linear, output: "height" });
    expect(() => deltasAt(estimator, [1])).toThrow(
      expect.objectContaining({
        code: "estimator",
        message: `${name}: the policy has no output "height" [N, n]. Outputs: mean.`,
      }),
    );
    expect(() => make({ evaluate: linear, step: 0, sigma: 0 })).toThrow(/must be above 0/);
    expect(() => make({ evaluate: linear, step: Infinity, sigma: Infinity })).toThrow(/finite/);
    expect(() => make({} as never)).toThrow(/evaluate must be a function/);
  });

  it.each([evolution, spsa])(
    "draws other directions with another seed, progress or point, the same ones again",
    (make) => {
      const bumpy: Objective = (y) => Math.sin(9 * y[0]!) + Math.cos(7 * y[1]!) * y[2]!;
      const point = [0.1, 0.2, 0.3];
      const first = deltasAt(make({ evaluate: bumpy, pairs: 2 }), point);
      expect(deltasAt(make({ evaluate: bumpy, pairs: 2 }), point)).toEqual(first);
      expect(deltasAt(make({ evaluate: bumpy, pairs: 2, seed: 1 }), point)).not.toEqual(first);
      expect(deltasAt(make({ evaluate: bumpy, pairs: 2 }), point, 1, 0.25)).not.toEqual(first);
      const [one, two] = deltasAt(make({ evaluate: bumpy, pairs: 2 }), point, 2);
      expect(one).not.toEqual(two);
    },
  );
});
