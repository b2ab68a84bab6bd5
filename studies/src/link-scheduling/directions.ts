import { type Generator, generator } from "@gradbridge/random";
import { cosine, mean, norm } from "../statistics.ts";
import type { StudyTable } from "../study.ts";
import { centered, type DeltaMethod, gaussianScore, type SchedulingProblem } from "./delta-methods.ts";

/**
 * The δ of each method against the gradient of the smoothed objective E[R(y + σ ξ)], all outputs of some problems as one
 * vector. The gradient is the mean of the score method's δ over other draws, ten times as many. Cosines of the mean δ and
 * of single ones with it, and how much of the mean δ moves all outputs of a problem together.
 * @param at named outputs y at which δ is asked for, [G · N]
 */
export function directionTable(
  methods: readonly DeltaMethod[],
  problems: readonly SchedulingProblem[],
  at: { readonly [name: string]: Float32Array },
  draws: number,
): StudyTable {
  const [reference, tried] = generator(4).spawn(2) as [Generator, Generator];
  const columns = Object.entries(at).map(([name, y]) => {
    const { sum: gradient } = ask(centered(gaussianScore()), problems, y, 10 * draws, reference);
    return { name, y, gradient };
  });
  return {
    columns: [
      "δ by",
      ...columns.flatMap(({ name }) => [`mean δ, ${name}`, `one δ, ${name}`, `common part, ${name}, %`]),
    ],
    rows: methods.map((method) => [
      method.name,
      ...columns.flatMap(({ y, gradient }) => {
        const { sum, deltas } = ask(method, problems, y, draws, tried);
        return [
          cosine(sum, gradient).toFixed(2),
          mean(deltas.map((delta) => cosine(delta, gradient))).toFixed(2),
          (100 * commonShare(sum, problems.length)).toFixed(0),
        ];
      }),
    ]),
  };
}

/** Several δ and their sum. */
function ask(
  method: DeltaMethod,
  problems: readonly SchedulingProblem[],
  y: Float32Array,
  draws: number,
  random: Generator,
): { readonly sum: Float64Array; readonly deltas: readonly Float32Array[] } {
  const sum = new Float64Array(y.length);
  const deltas = Array.from({ length: draws }, () => method.delta(problems, y, random));
  for (const delta of deltas) {
    for (let i = 0; i < sum.length; i++) sum[i]! += delta[i]!;
  }
  return { sum, deltas };
}

/** Share of the squared length. */
function commonShare(delta: Float64Array, problems: number): number {
  const size = delta.length / problems;
  const means = Array.from({ length: problems }, (_, i) =>
    mean([...delta.subarray(i * size, (i + 1) * size)]),
  );
  return (size * norm(means) ** 2) / norm(delta) ** 2;
}
