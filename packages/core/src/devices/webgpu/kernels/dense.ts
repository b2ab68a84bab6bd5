import { groupsFor, type Lowering, type Operand, type Pass, type Shader } from "../shader.ts";

/** What decides how a kernel is cut up. */
export interface KernelLimits {
  /** The most bytes of one buffer that a shader can see at a time. */
  readonly bindingBytes: number;
  /** Workgroups that keep the device busy. */
  readonly workgroups: number;
}

/** Invocations per workgroup of the kernels without shared memory: a multiple of every GPU's vector width. */
export const denseLanes = 256;

/** The shader of a loop over whole vectors of four; elements past a buffer's end are its own padding. */
export function denseShader(
  shader: Omit<Shader, "lanes" | "uniforms"> & Partial<Pick<Shader, "uniforms">>,
): Shader {
  return {
    ...shader,
    lanes: denseLanes,
    uniforms: [{ name: "quads", type: "u32" }, ...(shader.uniforms ?? [])],
    body: () => `let i = group * ${denseLanes}u + lane; if (i >= u.quads) { return; }\n${shader.body()}`,
  };
}

/** `length` elements of every operand at the same place, in as many windows as the adapter asks for. */
export function denseLowering(
  shader: Shader,
  operands: readonly Operand[],
  length: number,
  numbers: readonly number[],
  { bindingBytes }: KernelLimits,
): Lowering {
  const longest = Math.floor(bindingBytes / 256) * 64;
  const passes: Pass[] = [];
  for (let start = 0; start < length; start += longest) {
    const count = Math.min(longest, length - start);
    const quads = Math.ceil(count / 4);
    const window = { start, length: count };
    passes.push({
      shader,
      operands: length <= longest ? operands : operands.map((operand) => ({ ...operand, window })),
      uniforms: [quads, ...numbers],
      groups: groupsFor(Math.ceil(quads / denseLanes)),
    });
  }
  return { passes, scratch: [] };
}

/** `f` of every component, as a vector: `eachOf("vec4f", (c) => "f(x[i]." + c + ")")`. */
export function eachOf(vector: "vec4f" | "vec4i", f: (component: string) => string): string {
  return `${vector}(${["x", "y", "z", "w"].map(f).join(", ")})`;
}

/** The vector of four elements. */
export function vectorOf(element: "f32" | "i32"): "vec4f" | "vec4i" {
  return element === "f32" ? "vec4f" : "vec4i";
}

/** Nothing to run. */
export const nothing: Lowering = { passes: [], scratch: [] };
