import type { KernelOf } from "../../kernel.ts";
import { elementOf, input, type Lowering, output } from "../shader.ts";
import { integerFunctions } from "../wgsl/integer.ts";
import { denseLowering, denseShader, eachOf, type KernelLimits, vectorOf } from "./dense.ts";

/** Every element becomes `value` (int32: truncated toward zero). */
export function lowerFill(kernel: KernelOf<"fill">, limits: KernelLimits): Lowering {
  const element = elementOf(kernel.dtype);
  const vector = vectorOf(element);
  const shader = denseShader({
    name: `fill ${element}`,
    reads: [],
    writes: [{ name: "y", element: vector }],
    uniforms: [{ name: "value", type: element }],
    declarations: () => "",
    body: () => `y[i] = ${vector}(u.value);`,
  });
  const value = element === "i32" ? Math.trunc(kernel.value) : kernel.value;
  return denseLowering(shader, [output(0)], kernel.length, [value], limits);
}

/** Rounds to nearest; float → int32 truncates toward zero, saturates at the type's ends and maps NaN to 0. */
export function lowerCast(kernel: KernelOf<"cast">, limits: KernelLimits): Lowering {
  const from = elementOf(kernel.dtype);
  const to = elementOf(kernel.to);
  const shader = denseShader({
    name: `cast ${from} ${to}`,
    reads: [{ name: "x", element: vectorOf(from) }],
    writes: [{ name: "y", element: vectorOf(to) }],
    declarations: () => integerFunctions,
    body: () => `let v = x[i];\ny[i] = ${eachOf(vectorOf(to), (c) => castText(from, to, `v.${c}`))};`,
  });
  return denseLowering(shader, [input(0), output(0)], kernel.length, [], limits);
}

/** `x` in another type, as a WGSL expression. */
export function castText(from: "f32" | "i32", to: "f32" | "i32", x: string): string {
  if (from === to) return `(${x})`;
  return to === "i32" ? `truncated(${x})` : `f32(${x})`;
}
