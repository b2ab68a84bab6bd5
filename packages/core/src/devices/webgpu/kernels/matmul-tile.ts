/** A square block of results that one workgroup computes. */
export interface Tile {
  /** Rows and columns. */
  readonly size: number;
  /** Invocations: a square of `side` × `side`, each with `quads` × `quads` blocks of 4 × 4 results. */
  readonly lanes: number;
  readonly side: number;
  readonly quads: 1 | 2;
  /** How much of k lies in workgroup memory at a time. */
  readonly depth: number;
}

/** Largest first. */
export const tiles: readonly Tile[] = [
  { size: 128, lanes: 256, side: 16, quads: 2, depth: 8 },
  { size: 64, lanes: 256, side: 16, quads: 1, depth: 16 },
  { size: 32, lanes: 64, side: 8, quads: 1, depth: 16 },
];

/** The two panels: for every step of k, `size` numbers of A and of B, four to a vector. */
export function tileDeclarations({ size, depth }: Tile): string {
  const vectors = (depth * size) / 4;
  return `var<workgroup> panelA: array<vec4f, ${vectors}>;
var<workgroup> panelB: array<vec4f, ${vectors}>;
fn elementOfA(start: u32, row: u32, k: u32, end: u32) -> f32 {
  if (row < u.m && k < end) { return a[indexOfA(start, row, k)]; }
  return 0.0;
}
fn elementOfB(start: u32, k: u32, column: u32, end: u32) -> f32 {
  if (column < u.n && k < end) { return b[indexOfB(start, k, column)]; }
  return 0.0;
}`;
}

/**
 * The product; `finish`, if there is one, is what becomes of a finished `sum` in `column`. It is applied in a loop over the
 * stored results, because a copy of it for each of 64 registers makes a shader that takes seconds to compile.
 */
export function tileBody(
  tile: Tile,
  transposeA: boolean,
  transposeB: boolean,
  finish: string | null,
): string {
  const { size, side, quads, depth, lanes } = tile;
  const perStep = size / 4;
  const loads = (depth * perStep) / lanes;
  const range = Array.from({ length: quads }, (_, i) => i);
  const components = ["x", "y", "z", "w"];
  // neighbouring invocations read neighbouring elements: along k, or across it, as the matrix lies
  const alongK = `let step = e % ${depth}u; let quad = e / ${depth}u;`;
  const acrossK = `let step = e / ${perStep}u; let quad = e % ${perStep}u;`;
  const load = (panel: "A" | "B", along: boolean): string =>
    Array.from({ length: loads }, (_, turn) => {
      const base = panel === "A" ? "rowBase" : "columnBase";
      const element = (j: number): string =>
        panel === "A"
          ? `elementOfA(startA, first + ${j}u, base + step, end)`
          : `elementOfB(startB, base + step, first + ${j}u, end)`;
      return `{ let e = lane + ${turn * lanes}u; ${along ? alongK : acrossK} let first = ${base} + quad * 4u;
  panel${panel}[step * ${perStep}u + quad] = vec4f(${[0, 1, 2, 3].map(element).join(", ")}); }`;
    }).join("\n");
  const each = (f: (p: number, component: number, q: number) => string): string =>
    range.flatMap((p) => components.flatMap((_, r) => range.map((q) => f(p, r, q)))).join("\n");

  return `var rest = group;
let tileN = rest % u.tilesN; rest /= u.tilesN;
let tileM = rest % u.tilesM; let part = rest / u.tilesM;
if (part * u.m * u.n >= u.length) { return; }
let rowBase = tileM * ${size}u; let columnBase = tileN * ${size}u;
let startA = (part / u.chunks) * u.strideA; let startB = (part / u.chunks) * u.strideB;
let begin = (part % u.chunks) * u.chunk; let end = min(begin + u.chunk, u.k);
let x = lane % ${side}u; let y = lane / ${side}u;
${each((p, r, q) => `var sum${p}${r}${q} = vec4f(0.0);`)}
for (var base = begin; base < end; base += ${depth}u) {
${load("A", !transposeA)}
${load("B", transposeB)}
  workgroupBarrier();
  for (var step = 0u; step < ${depth}u; step++) {
${range.map((p) => `    let a${p} = panelA[step * ${perStep}u + ${p * side}u + y];`).join("\n")}
${range.map((q) => `    let b${q} = panelB[step * ${perStep}u + ${q * side}u + x];`).join("\n")}
${each((p, r, q) => `    sum${p}${r}${q} += a${p}.${components[r]} * b${q};`)}
  }
  workgroupBarrier();
}
${each(
  (p, r, q) => `{ let row = rowBase + (y + ${p * side}u) * 4u + ${r}u;
  if (row < u.m) {
    let start = (part * u.m + row) * u.n; let first = columnBase + (x + ${q * side}u) * 4u;
${components
  .map(
    (component, j) =>
      `    { let column = first + ${j}u; if (column < u.n) { c[start + column] = sum${p}${r}${q}.${component}; } }`,
  )
  .join("\n")}
  } }`,
)}
${finish === null ? "" : finishText(tile, finish)}`;
}

function finishText({ side, quads }: Tile, finish: string): string {
  const each = 4 * quads;
  return `for (var e = 0u; e < ${each * each}u; e++) {
  let i = e / ${each}u; let j = e % ${each}u;
  let row = rowBase + (y + (i / 4u) * ${side}u) * 4u + i % 4u;
  let column = columnBase + (x + (j / 4u) * ${side}u) * 4u + j % 4u;
  if (row < u.m && column < u.n) {
    let at = (part * u.m + row) * u.n + column;
    let sum = c[at];
    c[at] = ${finish};
  }
}`;
}
