import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { einsum, grad, setDevice, type Tensor, tensor } from "../index.ts";

await setDevice("reference");

/** Two shapes that broadcast, some axes of size 1 or missing, sizes 0 to 3. */
const shapePair = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom("both", "left", "right")), { maxLength: 4 })
  .chain((axes) =>
    fc.record({
      axes: fc.constant(axes),
      skipLeft: fc.integer({ min: 0, max: axes.length }),
      skipRight: fc.integer({ min: 0, max: axes.length }),
    }),
  )
  .map(({ axes, skipLeft, skipRight }) => ({
    left: axes.map(([size, who]) => (who === "right" ? 1 : size)).slice(skipLeft),
    right: axes.map(([size, who]) => (who === "left" ? 1 : size)).slice(skipRight),
  }));

function numbered(shape: readonly number[], start: number): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  const values = Float64Array.from({ length: size }, (_, i) => start + i);
  return tensor(values, { shape, requiresGrad: true });
}

/** The element of a tensor that a position of the broadcast result reads. */
function at(x: Tensor, position: readonly number[]): number {
  const own = position.slice(position.length - x.shape.length);
  const offset = x.shape.reduce((sum, size, i) => sum * size + (size === 1 ? 0 : own[i]), 0);
  return x.dataSync()[offset];
}

function positions(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, size) => all.flatMap((position) => Array.from({ length: size }, (_, i) => [...position, i])),
    [[]],
  );
}

describe("broadcasting", () => {
  it("reads what NumPy's rule says, and gives each operand the sum of what it was read for", () => {
    fc.assert(
      fc.property(shapePair, ({ left, right }) => {
        const [x, y] = [numbered(left, 1), numbered(right, 10)];
        const z = x.mul(y);
        const rank = Math.max(left.length, right.length);
        const size = (shape: number[], i: number): number => shape[shape.length - rank + i] ?? 1;
        const shape = Array.from({ length: rank }, (_, i) =>
          size(left, i) === 1 ? size(right, i) : size(left, i),
        );
        expect(z.shape).toEqual(shape);
        const all = positions(shape);
        expect([...z.dataSync()]).toEqual(all.map((position) => at(x, position) * at(y, position)));
        const [toX] = grad(z, x, { seeds: tensor(new Float64Array(z.size).fill(1), { shape }) });
        expect(toX!.shape).toEqual(left);
        const total = all.reduce((sum, position) => sum + at(y, position), 0);
        expect(toX!.sum().item()).toBeCloseTo(total, 9);
      }),
    );
  });
});

describe("round trips", () => {
  const shape = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 });

  it("split and concat, permute and back, flip twice", () => {
    fc.assert(
      fc.property(shape, fc.nat(), (sizes, seed) => {
        const x = numbered(sizes, 1);
        const axis = seed % sizes.length;
        const order = sizes.map((_, i) => (i + 1) % sizes.length);
        const inverse = order.map((_, i) => order.indexOf(i));
        const [first, ...rest] = x.split(2, axis);
        expect(first.concat(rest, axis).toArray()).toEqual(x.toArray());
        expect(x.permute(order).permute(inverse).toArray()).toEqual(x.toArray());
        expect(x.flip(axis).flip([axis]).toArray()).toEqual(x.toArray());
      }),
    );
  });

  it("einsum is matmul, in any order of its letters", () => {
    fc.assert(
      fc.property(fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: 0, max: 4 }))), ([i, j, k]) => {
        const [a, b] = [numbered([i, j], 1), numbered([j, k], 3)];
        expect(einsum("ij,jk->ki", a, b).toArray()).toEqual(a.matmul(b).transpose().toArray());
      }),
    );
  });
});
