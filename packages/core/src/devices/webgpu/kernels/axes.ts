import type { Uniform } from "../shader.ts";

/** Axes of a strided loop, outermost first, and each operand's strides along them. */
export interface Axes {
  readonly sizes: readonly number[];
  readonly strides: readonly (readonly number[])[];
  /** The product of the sizes. */
  readonly length: number;
}

/** The same loop on fewer axes: those of size 1 go, neighbours that every operand runs through evenly become one. */
export function mergedAxes(shape: readonly number[], strides: readonly (readonly number[])[]): Axes {
  const sizes: number[] = [];
  const merged: number[][] = strides.map(() => []);
  let length = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis];
    length *= size;
    if (size === 1) continue;
    const inner = sizes.length - 1;
    if (inner >= 0 && strides.every((list, k) => list[axis] === merged[k][inner] * sizes[inner])) {
      sizes[inner] *= size;
      continue;
    }
    sizes.push(size);
    strides.forEach((list, k) => {
      merged[k].push(list[axis]);
    });
  }
  if (sizes.length === 0) {
    sizes.push(1);
    for (const list of merged) list.push(1);
  }
  return { sizes: sizes.reverse(), strides: merged.map((list) => list.reverse()), length };
}

/** Whether an operand's elements follow one another as the loop runs. */
export function isDense(axes: Axes, operand: number): boolean {
  return axes.sizes.length === 1 && axes.strides[operand][0] === 1;
}

/** The uniforms of {@link offsetsText}. */
export function axesUniforms(rank: number, operands: number): Uniform[] {
  const fields: Uniform[] = [{ name: "length", type: "u32" }];
  for (let axis = 0; axis < rank; axis++) {
    fields.push({ name: `size${axis}`, type: "u32" });
    for (let k = 0; k < operands; k++) fields.push({ name: `stride${axis}of${k}`, type: "i32" });
  }
  return fields;
}

/** Their values, in the same order. */
export function axesNumbers({ sizes, strides, length }: Axes): number[] {
  const numbers = [length];
  sizes.forEach((size, axis) => {
    numbers.push(size);
    for (const list of strides) numbers.push(list[axis]);
  });
  return numbers;
}

/** WGSL that computes `offset0`, `offset1`, … (i32, in elements) of the loop's element `i`. */
export function offsetsText(rank: number, operands: number): string {
  const lines = ["var rest = i;"];
  for (let k = 0; k < operands; k++) lines.push(`var offset${k} = 0i;`);
  for (let axis = rank - 1; axis >= 0; axis--) {
    lines.push(
      axis === 0 ? "{ let at = i32(rest);" : `{ let at = i32(rest % u.size${axis}); rest /= u.size${axis};`,
    );
    for (let k = 0; k < operands; k++) lines.push(`  offset${k} += at * u.stride${axis}of${k};`);
    lines.push("}");
  }
  return lines.join("\n");
}
