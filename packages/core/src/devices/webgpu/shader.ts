/** The WGSL element types of device buffers; the vectors are four neighbouring elements at a time. */
export type Element = "f32" | "i32" | "vec4f" | "vec4i";

/** A buffer as a shader names and sees it. */
export interface ShaderBuffer {
  readonly name: string;
  readonly element: Element;
}

/** A number in the shader's uniforms, read there as `u.name`. */
export interface Uniform {
  readonly name: string;
  readonly type: "u32" | "i32" | "f32";
}

/**
 * A compute shader without its bindings, which follow from the lists. `name` is its identity: two shaders of one name have
 * the same code, so that their pipeline is made once.
 *
 * `body` sees `lane` (the invocation's index in its workgroup), `group` (the workgroup's index in a dispatch of one
 * dimension) and `cell` (the workgroup's index in three).
 */
export interface Shader {
  readonly name: string;
  readonly reads: readonly ShaderBuffer[];
  readonly writes: readonly ShaderBuffer[];
  readonly uniforms: readonly Uniform[];
  /** Invocations per workgroup. */
  readonly lanes: number;
  /** Functions and workgroup variables that `body` uses. */
  readonly declarations: () => string;
  readonly body: () => string;
}

/** A buffer of a kernel: one of its inputs, one of its outputs, or memory between two of its passes. */
export interface Operand {
  readonly role: "input" | "output" | "scratch";
  readonly index: number;
  /** The elements that are bound, where not all are: `start` is a multiple of 64. */
  readonly window?: { readonly start: number; readonly length: number };
}

/** One dispatch: a shader on operands. */
export interface Pass {
  readonly shader: Shader;
  /** In the order of the shader's `reads`, then `writes`. */
  readonly operands: readonly Operand[];
  /** In the order of the shader's `uniforms`. */
  readonly uniforms: readonly number[];
  /** Workgroups along x, y and z, each at most 65,535. */
  readonly groups: readonly [number, number, number];
}

/** A kernel as the passes that make it up, one after the other. */
export interface Lowering {
  readonly passes: readonly Pass[];
  /** The number of elements (of four bytes) in every piece of scratch memory. */
  readonly scratch: readonly number[];
}

/** The `index`th input of a kernel. */
export function input(index: number): Operand {
  return { role: "input", index };
}

/** The `index`th output of a kernel. */
export function output(index: number): Operand {
  return { role: "output", index };
}

/** A piece of memory between passes. */
export function scratch(index: number): Operand {
  return { role: "scratch", index };
}

/** WebGPU's own bound on workgroups along one dimension, the same on every adapter that offers no more. */
const maximumGroups = 65535;

/** `count` workgroups in as many dimensions as it takes; a shader's `group` may go past `count`. */
export function groupsFor(count: number): [number, number, number] {
  if (count <= maximumGroups) return [count, 1, 1];
  const rows = Math.ceil(count / maximumGroups);
  return [Math.ceil(count / rows), rows, 1];
}

/** The element type of a dtype. */
export function elementOf(dtype: string): "f32" | "i32" {
  return dtype === "int32" ? "i32" : "f32";
}

/** Uniforms named at once: `uniforms("u32", "length", "axis")`. */
export function uniforms(type: Uniform["type"], ...names: readonly string[]): Uniform[] {
  return names.map((name) => ({ name, type }));
}

/** The bytes that a shader's uniforms occupy: at least 16, so that there is always something to bind. */
export function uniformBytes(shader: Shader): number {
  return Math.max(1, Math.ceil(shader.uniforms.length / 4)) * 16;
}

/** Writes a pass's uniforms as the shader reads them. `words` and `floats` look at the same memory. */
export function storeUniforms(pass: Pass, words: Int32Array, floats: Float32Array, start: number): void {
  const { uniforms: fields } = pass.shader;
  for (let i = 0; i < fields.length; i++) {
    if (fields[i].type === "f32") floats[start + i] = pass.uniforms[i];
    else words[start + i] = pass.uniforms[i];
  }
}

/** The whole WGSL module of a shader. */
export function moduleText(shader: Shader): string {
  const fields = [...shader.uniforms];
  while (fields.length === 0 || fields.length % 4 !== 0)
    fields.push({ name: `unused${fields.length}`, type: "u32" });
  const buffers = [
    ...shader.reads.map((buffer) => ({ ...buffer, access: "read" })),
    ...shader.writes.map((buffer) => ({ ...buffer, access: "read_write" })),
  ];
  return [
    `struct Uniforms { ${fields.map(({ name, type }) => `${name}: ${type}`).join(", ")} }`,
    "@group(0) @binding(0) var<uniform> u: Uniforms;",
    ...buffers.map(
      ({ name, element, access }, i) =>
        `@group(0) @binding(${i + 1}) var<storage, ${access}> ${name}: array<${element}>;`,
    ),
    shader.declarations(),
    `@compute @workgroup_size(${shader.lanes})`,
    "fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) cell: vec3u, @builtin(num_workgroups) cells: vec3u) {",
    "  let group = cell.x + cells.x * cell.y;",
    shader.body(),
    "}",
  ].join("\n");
}
