import type { Painter } from "./painter.ts";

/**
 * Letters on a grid: six rows from the top of capitals to the base line, then what hangs below. Drawn instead of
 * written, because a canvas outside a browser may have no fonts.
 */
const GLYPHS: { readonly [letter: string]: readonly string[] } = {
  "0": [".##.", "#..#", "#..#", "#..#", "#..#", ".##."],
  "1": [".#.", "##.", ".#.", ".#.", ".#.", "###"],
  "2": [".##.", "#..#", "...#", "..#.", ".#..", "####"],
  "3": ["###.", "...#", ".##.", "...#", "...#", "###."],
  "4": ["..##", ".#.#", "#..#", "####", "...#", "...#"],
  "5": ["####", "#...", "###.", "...#", "...#", "###."],
  "6": [".##.", "#...", "###.", "#..#", "#..#", ".##."],
  "7": ["####", "...#", "..#.", "..#.", ".#..", ".#.."],
  "8": [".##.", "#..#", ".##.", "#..#", "#..#", ".##."],
  "9": [".##.", "#..#", "#..#", ".###", "...#", ".##."],
  A: [".##.", "#..#", "#..#", "####", "#..#", "#..#"],
  D: ["####.", "#...#", "#...#", "#...#", "#...#", "####."],
  J: ["..##", "...#", "...#", "...#", "#..#", ".##."],
  K: ["#..#", "#.#.", "##..", "##..", "#.#.", "#..#"],
  P: ["####.", "#...#", "####.", "#....", "#....", "#...."],
  Q: [".##..", "#..#.", "#..#.", "#..#.", "#.##.", ".##.#"],
  a: ["", ".##.", "...#", ".###", "#..#", ".###"],
  b: ["#...", "###.", "#..#", "#..#", "#..#", "###."],
  c: ["", ".##", "#..", "#..", "#..", ".##"],
  e: ["", ".##.", "#..#", "####", "#...", ".###"],
  l: ["#", "#", "#", "#", "#", "#"],
  r: ["", "#.#", "##.", "#..", "#..", "#.."],
  s: ["", ".###", "#...", ".##.", "...#", "###."],
  u: ["", "#..#", "#..#", "#..#", "#..#", ".###"],
  y: ["", "#..#", "#..#", "#..#", ".###", "...#", ".##."],
  ":": ["", "#", "", "", "", "#"],
};

const GAP = 0.5;
const SPACE = 2;
/** Rows of a capital letter. */
const CAPITAL = 6;

/** The width of a text whose capital letters are `capitalHeight` high. */
export function pixelTextWidth(text: string, capitalHeight: number): number {
  return layOut(text).width * (capitalHeight / CAPITAL);
}

/**
 * Draws text in square dots, from its top left corner.
 *
 * @param text - digits, the letters A D J K P Q a b c e l r s u y, colon and space; others are left out.
 */
export function drawPixelText(
  painter: Painter,
  text: string,
  x: number,
  y: number,
  capitalHeight: number,
  color: string,
): void {
  const dot = capitalHeight / CAPITAL;
  for (const { rows, left } of layOut(text).letters) {
    for (const [r, row] of rows.entries()) {
      for (const { start, length } of runs(row)) {
        // Whole pixels: fractions would leave seams between the rows.
        const top = Math.round(y + r * dot);
        const from = Math.round(x + (left + start) * dot);
        const width = Math.round(x + (left + start + length) * dot) - from;
        painter.rectangle(from, top, width, Math.round(y + (r + 1) * dot) - top, color);
      }
    }
  }
}

function layOut(text: string): {
  letters: { rows: readonly string[]; left: number }[];
  width: number;
} {
  const letters: { rows: readonly string[]; left: number }[] = [];
  let left = 0;
  for (const letter of text) {
    const rows = GLYPHS[letter];
    if (rows !== undefined) letters.push({ rows, left });
    left += (rows === undefined ? SPACE : Math.max(...rows.map((row) => row.length))) + GAP;
  }
  return { letters, width: Math.max(left - GAP, 0) };
}

/** Neighbouring dots of a row, drawn as one so that no seam shows. */
function runs(row: string): { start: number; length: number }[] {
  return Array.from(row.matchAll(/#+/g), (match) => ({ start: match.index, length: match[0].length }));
}
