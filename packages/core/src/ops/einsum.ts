import { GradbridgeError } from "@gradbridge/random";
import { ShapeError } from "../errors.ts";
import { formatShape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { matmul } from "./matmul.ts";
import { permute } from "./permute.ts";
import { reshape } from "./reshape.ts";
import { sum } from "./sum.ts";

/** A tensor and the letter of each of its axes. */
interface Labelled {
  readonly x: Tensor;
  readonly labels: string;
}

/**
 * Einstein summation: `einsum("nij,njk->nik", a, b)`. Every axis has a letter; equal letters are multiplied along, and
 * letters missing from the result are summed over. Without `->` the result has the letters that occur once, in
 * alphabetical order. Operands are contracted from left to right, each pair by one matrix product. No `...`, and no
 * letter twice in one operand (NumPy and PyTorch take both).
 * @throws code `einsum` for an equation that is none, `shape` or `dtype` where the operands do not fit it.
 */
export function einsum(equation: string, ...operands: Tensor[]): Tensor {
  const { inputs, output } = parse(equation, operands);
  let result: Labelled = { x: operands[0], labels: inputs[0] };
  for (let i = 1; i < operands.length; i++) {
    const later = inputs.slice(i + 1).join("") + output;
    result = contract(result, { x: operands[i], labels: inputs[i] }, later);
  }
  const { x, labels } = sumOut(result, output);
  return permute(
    x,
    [...output].map((letter) => labels.indexOf(letter)),
  );
}

/** Multiplies two operands and sums over the letters that neither the result nor a later operand has. */
function contract(left: Labelled, right: Labelled, later: string): Labelled {
  const a = sumOut(left, later + right.labels);
  const b = sumOut(right, later + left.labels);
  const shared = [...a.labels].filter((letter) => b.labels.includes(letter));
  const batch = shared.filter((letter) => later.includes(letter));
  const summed = shared.filter((letter) => !later.includes(letter));
  const onlyA = [...a.labels].filter((letter) => !shared.includes(letter));
  const onlyB = [...b.labels].filter((letter) => !shared.includes(letter));
  const product = matmul(matrices(a, batch, onlyA, summed), matrices(b, batch, summed, onlyB));
  const shape = [...sizes(a, batch), ...sizes(a, onlyA), ...sizes(b, onlyB)];
  return { x: reshape(product, shape), labels: [...batch, ...onlyA, ...onlyB].join("") };
}

/** The operand as [batch, rows, columns], each of them several letters in one. */
function matrices(operand: Labelled, batch: string[], rows: string[], columns: string[]): Tensor {
  const order = [...batch, ...rows, ...columns].map((letter) => operand.labels.indexOf(letter));
  return reshape(
    permute(operand.x, order),
    [batch, rows, columns].map((group) => sizeOf(sizes(operand, group))),
  );
}

function sizes({ x, labels }: Labelled, letters: readonly string[]): number[] {
  return letters.map((letter) => x.shape[labels.indexOf(letter)]);
}

/** Sums over the letters that nobody needs. */
function sumOut({ x, labels }: Labelled, needed: string): Labelled {
  const axes = [...labels].flatMap((letter, axis) => (needed.includes(letter) ? [] : [axis]));
  const rest = [...labels].filter((letter) => needed.includes(letter)).join("");
  return { x: axes.length === 0 ? x : sum(x, axes), labels: rest };
}

function parse(equation: string, operands: readonly Tensor[]): { inputs: string[]; output: string } {
  const fail = (why: string): never => {
    throw new GradbridgeError(
      "einsum",
      `einsum: "${equation}" ${why}. An equation reads like "ij,jk->ik": a letter per axis.`,
    );
  };
  const match = /^([A-Za-z,]*)(?:->([A-Za-z]*))?$/.exec(String(equation).replaceAll(" ", ""));
  if (match === null) return fail("is no equation");
  const inputs = match[1].split(",");
  const all = inputs.join("");
  const count = (letter: string): number => all.split(letter).length - 1;
  const output =
    match[2] ??
    [...new Set(all)]
      .filter((letter) => count(letter) === 1)
      .sort()
      .join("");
  if (inputs.length !== operands.length) fail(`names ${inputs.length} operands, got ${operands.length}`);
  for (const labels of [...inputs, output]) {
    if (new Set(labels).size !== labels.length) fail(`has a letter twice in "${labels}"`);
  }
  for (const letter of output) if (!all.includes(letter)) fail(`has "${letter}" in the result alone`);
  checkSizes(equation, inputs, operands);
  return { inputs, output };
}

function checkSizes(equation: string, inputs: readonly string[], operands: readonly Tensor[]): void {
  const known = new Map<string, number>();
  inputs.forEach((labels, i) => {
    const { shape } = operands[i];
    if (shape.length !== labels.length) {
      throw new ShapeError(
        `einsum: "${labels}" in "${equation}" names ${labels.length} axes, operand ${i} has shape ${formatShape(shape)}.`,
      );
    }
    [...labels].forEach((letter, axis) => {
      const size = known.get(letter) ?? shape[axis];
      if (size !== shape[axis]) {
        throw new ShapeError(
          `einsum: "${letter}" in "${equation}" is ${size} and ${shape[axis]}; it must be one size.`,
        );
      }
      known.set(letter, size);
    });
  });
}
