/**
 * C[b] = activation(op(A[b]) · op(B[b]) + bias). Wide products go through tiles in workgroup memory, of which every
 * invocation holds 4 × 4 or 8 × 8 results in registers; narrow ones have an invocation for each result. Where k is long and
 * results are few, k is cut into chunks, whose sums a last pass adds in order.
 */
import type { KernelOf } from "../../kernel.ts";
import {
  elementOf,
  groupsFor,
  input,
  type Lowering,
  output,
  type Pass,
  type Shader,
  scratch,
  uniforms,
} from "../shader.ts";
import { elementaryFunctions } from "../wgsl/elementary.ts";
import { denseLanes, type KernelLimits, nothing } from "./dense.ts";
import { type Tile, tileBody, tileDeclarations, tiles } from "./matmul-tile.ts";

type Matmul = KernelOf<"matmul">;

/** A chunk of k is at least so long. */
const shortestChunk = 256;
/** The length of a chunk is a multiple of this. */
const chunkStep = 16;
/** Invocations of the narrow kernel that are worth as much as a workgroup of the tiled one. */
const invocationsPerGroup = 64;

const matmulUniforms = uniforms(
  "u32",
  ...["length", "m", "n", "k", "strideA", "strideB", "chunks", "chunk", "tilesM", "tilesN"],
);

export function lowerMatmul(kernel: Matmul, { workgroups }: KernelLimits): Lowering {
  const { batch, m, n, k } = kernel;
  if (batch * m * n === 0) return nothing;
  const tile = tileFor(kernel, workgroups);
  const [tilesM, tilesN] = tile === null ? [1, 1] : [Math.ceil(m / tile.size), Math.ceil(n / tile.size)];
  const parts = tile === null ? batch * m * n : batch * tilesM * tilesN;
  const enough = tile === null ? workgroups * invocationsPerGroup : workgroups;
  const wanted = Math.min(Math.ceil(enough / parts), Math.floor(k / shortestChunk));
  const chunk = wanted > 1 ? Math.ceil(k / wanted / chunkStep) * chunkStep : Math.max(1, k);
  const chunks = Math.max(1, Math.ceil(k / chunk));
  const whole = chunks === 1;
  const length = batch * chunks * m * n;
  const pass: Pass = {
    shader: productShader(kernel, tile, whole),
    operands: [
      input(0),
      input(1),
      ...(whole && kernel.bias ? [input(2)] : []),
      whole ? output(0) : scratch(0),
    ],
    uniforms: [length, m, n, k, kernel.batchStrideA, kernel.batchStrideB, chunks, chunk, tilesM, tilesN],
    groups: groupsFor(tile === null ? Math.ceil(length / denseLanes) : parts * chunks),
  };
  if (whole) return { passes: [pass], scratch: [] };
  const finish: Pass = {
    shader: finishShader(kernel),
    operands: [scratch(0), ...(kernel.bias ? [input(2)] : []), output(0)],
    uniforms: [batch * m * n, m * n, n, chunks],
    groups: groupsFor(Math.ceil((batch * m * n) / denseLanes)),
  };
  return { passes: [pass, finish], scratch: [length] };
}

/** Whether rows in memory are whole vectors of four: the contiguous axis of each matrix, and the steps between matrices. */
function inVectors({ m, n, k, transposeA, transposeB, batchStrideA, batchStrideB }: Matmul): boolean {
  return [transposeA ? m : k, transposeB ? k : n, n, batchStrideA, batchStrideB].every(
    (size) => size % 4 === 0,
  );
}

/** The largest tile that still gives enough workgroups; null where tiles would be mostly empty. */
function tileFor({ dtype, batch, m, n, k }: Matmul, workgroups: number): Tile | null {
  if (dtype === "int32" || m < 16 || n < 16 || k < 8) return null;
  for (const tile of tiles) {
    const fits = m >= tile.size * 0.75 && n >= tile.size * 0.75;
    const groups = batch * Math.ceil(m / tile.size) * Math.ceil(n / tile.size);
    const chunks = Math.max(1, Math.floor(k / shortestChunk));
    if (fits && groups * chunks >= workgroups / 2) return tile;
  }
  return tiles[tiles.length - 1];
}

function productShader(kernel: Matmul, tile: Tile | null, whole: boolean): Shader {
  const { transposeA, transposeB } = kernel;
  const element = elementOf(kernel.dtype);
  const layout = { transposeA, transposeB, vectors: tile !== null && inVectors(kernel) };
  const bound = layout.vectors ? "vec4f" : element;
  const epilogue = whole ? { bias: kernel.bias, activation: kernel.activation } : null;
  const store = epilogue === null ? "sum" : epilogueText(kernel, "sum");
  const name = epilogue === null ? "part" : `${epilogue.activation}${epilogue.bias ? " bias" : ""}`;
  return {
    name: `matmul ${bound} ${tile?.size ?? "narrow"} ${transposeA ? "T" : "N"}${transposeB ? "T" : "N"} ${name}`,
    reads: [
      { name: "a", element: bound },
      { name: "b", element: bound },
      ...(epilogue?.bias ? [{ name: "bias", element } as const] : []),
    ],
    writes: [{ name: "c", element: bound }],
    uniforms: matmulUniforms,
    lanes: tile?.lanes ?? denseLanes,
    declarations: () =>
      `${elementaryFunctions}
fn indexOfA(start: u32, row: u32, k: u32) -> u32 { return start + ${transposeA ? "k * u.m + row" : "row * u.k + k"}; }
fn indexOfB(start: u32, k: u32, column: u32) -> u32 { return start + ${transposeB ? "column * u.k + k" : "k * u.n + column"}; }
${tile === null ? "" : tileDeclarations(tile, layout)}`,
    body: () =>
      tile === null ? narrowBody(element, store) : tileBody(tile, layout, store === "sum" ? null : store),
  };
}

function narrowBody(element: "f32" | "i32", store: string): string {
  return `let i = group * ${denseLanes}u + lane; if (i >= u.length) { return; }
let column = i % u.n; let row = (i / u.n) % u.m; let part = i / (u.n * u.m);
let startA = (part / u.chunks) * u.strideA; let startB = (part / u.chunks) * u.strideB;
let begin = (part % u.chunks) * u.chunk;
var sum = ${element}(0);
for (var k = begin; k < min(begin + u.chunk, u.k); k++) {
  sum += a[indexOfA(startA, row, k)] * b[indexOfB(startB, k, column)];
}
c[i] = ${store};`;
}

/** Adds up the chunks, then the bias and the activation. */
function finishShader(kernel: Matmul): Shader {
  const element = elementOf(kernel.dtype);
  return {
    name: `matmul ${element} finish ${kernel.activation}${kernel.bias ? " bias" : ""}`,
    reads: [{ name: "parts", element }, ...(kernel.bias ? [{ name: "bias", element } as const] : [])],
    writes: [{ name: "c", element }],
    uniforms: uniforms("u32", "length", "area", "n", "chunks"),
    lanes: denseLanes,
    declarations: () => elementaryFunctions,
    body: () => `let i = group * ${denseLanes}u + lane; if (i >= u.length) { return; }
let column = i % u.n; let start = (i / u.area) * u.area * u.chunks + i % u.area;
var sum = ${element}(0);
for (var part = 0u; part < u.chunks; part++) { sum += parts[start + part * u.area]; }
c[i] = ${epilogueText(kernel, "sum")};`,
  };
}

function epilogueText({ activation, bias, dtype }: Matmul, sum: string): string {
  const x = bias ? `${sum} + bias[column]` : sum;
  switch (activation) {
    case "none":
      return x;
    case "relu":
      return dtype === "int32" ? `max(${x}, 0)` : `rectified(${x})`;
    case "tanh":
      return `hyperbolicTangent(${x})`;
    case "sigmoid":
      return `logistic(${x})`;
    default:
      return activation satisfies never;
  }
}
