import type { Tensor } from "@gradbridge/core";

/** Numbers by name. */
export type Numbers = { readonly [name: string]: ArrayLike<number> };

/** Copies of the tensors' numbers. */
export function numbersOf(tensors: { readonly [name: string]: Tensor }): Numbers {
  return Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, value.dataSync().slice()]));
}

/** Where numbers that should be equal are not. */
export interface Difference {
  readonly name: string;
  readonly index: number;
  readonly was: number | undefined;
  readonly is: number | undefined;
}

/** The first number that differs in its bits, or null; NaN equals NaN. */
export function firstDifference(before: Numbers, after: Numbers): Difference | null {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [before[name] ?? [], after[name] ?? []];
    for (let index = 0; index < Math.max(was.length, is.length); index++) {
      if (!Object.is(was[index], is[index])) return { name, index, was: was[index], is: is[index] };
    }
  }
  return null;
}
