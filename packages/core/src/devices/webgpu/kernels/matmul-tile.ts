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
  { size: 128, lanes: 256, side: 16, quads: 2, depth: 16 },
  { size: 64, lanes: 256, side: 16, quads: 1, depth: 16 },
  { size: 32, lanes: 64, side: 8, quads: 1, depth: 16 },
];

/** How the matrices of a product lie in memory. */
export interface TileLayout {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Whether every row of A, B and C in memory is whole vectors of four, and they are bound as such. */
  readonly vectors: boolean;
}

const components = ["x", "y", "z", "w"] as const;

/** The two panels: for every step of k, `size` numbers of A and of B, four to a vector. */
export function tileDeclarations({ size, depth }: Tile, { vectors }: TileLayout): string {
  const count = (depth * size) / 4;
  const [type, zero, at] = vectors ? ["vec4f", "vec4f(0.0)", " / 4u"] : ["f32", "0.0", ""];
  return `var<workgroup> panelA: array<vec4f, ${count}>;
var<workgroup> panelB: array<vec4f, ${count}>;
fn elementOfA(start: u32, row: u32, k: u32, end: u32) -> ${type} {
  if (row < u.m && k < end) { return a[indexOfA(start, row, k)${at}]; }
  return ${zero};
}
fn elementOfB(start: u32, k: u32, column: u32, end: u32) -> ${type} {
  if (column < u.n && k < end) { return b[indexOfB(start, k, column)${at}]; }
  return ${zero};
}`;
}

/**
 * The product; `finish`, if there is one, is what becomes of a finished `sum` in `column`. It is applied in a loop over the
 * stored results, because a copy of it for each of 64 registers makes a shader that takes seconds to compile.
 */
export function tileBody(tile: Tile, layout: TileLayout, finish: string | null): string {
  const { size, side, quads, depth } = tile;
  const perStep = size / 4;
  const range = Array.from({ length: quads }, (_, i) => i);
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
${layout.vectors ? loadBlocks(tile, layout) : loadElements(tile, layout)}
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
${storeText(`sum${p}${r}${q}`, layout)}
  } }`,
)}
${finish === null ? "" : finishText(tile, layout, finish)}`;
}

/** Fills the panels element by element; neighbouring invocations read neighbours, along k or across it, as the matrix lies. */
function loadElements({ size, depth, lanes }: Tile, { transposeA, transposeB }: TileLayout): string {
  const perStep = size / 4;
  const alongK = `let step = e % ${depth}u; let quad = e / ${depth}u;`;
  const acrossK = `let step = e / ${perStep}u; let quad = e % ${perStep}u;`;
  const load = (panel: "A" | "B", along: boolean): string =>
    Array.from({ length: (depth * perStep) / lanes }, (_, turn) => {
      const base = panel === "A" ? "rowBase" : "columnBase";
      const element = (j: number): string =>
        panel === "A"
          ? `elementOfA(startA, first + ${j}u, base + step, end)`
          : `elementOfB(startB, base + step, first + ${j}u, end)`;
      return `{ let e = lane + ${turn * lanes}u; ${along ? alongK : acrossK} let first = ${base} + quad * 4u;
  panel${panel}[step * ${perStep}u + quad] = vec4f(${[0, 1, 2, 3].map(element).join(", ")}); }`;
    }).join("\n");
  return `${load("A", !transposeA)}\n${load("B", transposeB)}`;
}

/**
 * Fills the panels by blocks of 4 × 4, read as four vectors. Half of the invocations do A, half B; where vectors lie along k, a
 * block is turned on its way.
 */
function loadBlocks({ size, depth }: Tile, { transposeA, transposeB }: TileLayout): string {
  const perStep = size / 4;
  const deep = depth / 4;
  const blocks = perStep * deep;
  const load = (panel: "A" | "B", along: boolean): string => {
    const element = (row: string, k: string): string =>
      panel === "A" ? `elementOfA(startA, ${row}, ${k}, end)` : `elementOfB(startB, ${k}, ${row}, end)`;
    const read = (j: number): string =>
      along ? element(`first + ${j}u`, "base + step") : element("first", `base + step + ${j}u`);
    const value = (j: number): string =>
      along
        ? `vec4f(v0.${components[j]}, v1.${components[j]}, v2.${components[j]}, v3.${components[j]})`
        : `v${j}`;
    const rows = [0, 1, 2, 3];
    return `${along ? `let step = (e % ${deep}u) * 4u; let quad = e / ${deep}u;` : `let step = (e / ${perStep}u) * 4u; let quad = e % ${perStep}u;`}
  let first = ${panel === "A" ? "rowBase" : "columnBase"} + quad * 4u;
${rows.map((j) => `  let v${j} = ${read(j)};`).join("\n")}
${rows.map((j) => `  panel${panel}[(step + ${j}u) * ${perStep}u + quad] = ${value(j)};`).join("\n")}`;
  };
  return `if (lane < ${blocks}u) { let e = lane; ${load("A", !transposeA)} }
else if (lane < ${2 * blocks}u) { let e = lane - ${blocks}u; ${load("B", transposeB)} }`;
}

/** Stores four results of a row, from column `first` on. */
function storeText(sum: string, { vectors }: TileLayout): string {
  if (vectors) return `    if (first < u.n) { c[(start + first) / 4u] = ${sum}; }`;
  return components
    .map(
      (component, j) =>
        `    { let column = first + ${j}u; if (column < u.n) { c[start + column] = ${sum}.${component}; } }`,
    )
    .join("\n");
}

function finishText({ side, quads }: Tile, { vectors }: TileLayout, finish: string): string {
  const columns = vectors ? quads : 4 * quads;
  const place = vectors
    ? `let first = columnBase + (x + j * ${side}u) * 4u;`
    : `let column = columnBase + (x + (j / 4u) * ${side}u) * 4u + j % 4u;`;
  const apply = vectors
    ? `if (row < u.m && first < u.n) {
    let at = ((part * u.m + row) * u.n + first) / 4u;
    var v = c[at];
    for (var d = 0u; d < 4u; d++) { let column = first + d; let sum = v[d]; v[d] = ${finish}; }
    c[at] = v;
  }`
    : `if (row < u.m && column < u.n) {
    let at = (part * u.m + row) * u.n + column;
    let sum = c[at];
    c[at] = ${finish};
  }`;
  return `for (var e = 0u; e < ${4 * quads * columns}u; e++) {
  let i = e / ${columns}u; let j = e % ${columns}u;
  let row = rowBase + (y + (i / 4u) * ${side}u) * 4u + i % 4u;
  ${place}
  ${apply}
}`;
}
