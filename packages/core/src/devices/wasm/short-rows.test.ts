/** Ways that only short rows take: columns under rows of up to four, and one element out of, or into, each row. */
import { expect, test } from "vitest";
import type { TypedArray } from "../../tensor/dtype.ts";
import type { DeviceBuffer } from "../backend.ts";
import { createWasmBackend } from "./backend.ts";

const device = createWasmBackend();

function uploaded(values: TypedArray): DeviceBuffer {
  const buffer = device.allocate(values instanceof Int32Array ? "int32" : "float32", values.length);
  device.write(buffer, values);
  return buffer;
}

const values = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => Math.sin(i) * 3);

test.each([1, 2, 3, 4, 5, 7])("rows of %i times a column, with gaps or without", (columns) => {
  for (const rows of [1, 2, 5, 341, 342, 1025, 2100]) {
    for (const stride of [1, 3]) {
      const x = values(rows * columns);
      const column = values((rows - 1) * stride + 1);
      const z = device.allocate("float32", rows * columns);
      device.run(
        {
          kind: "binary",
          op: "mul",
          dtype: "float32",
          shape: [rows, columns],
          strides: [
            [columns, 1],
            [stride, 0],
          ],
        },
        [uploaded(x), uploaded(column)],
        [z],
      );
      const wanted = x.map((value, i) => value * column[Math.floor(i / columns) * stride]!);
      expect(device.readSync(z), `${rows} rows, stride ${stride}`).toEqual(wanted);
    }
  }
});

test.each(["float32", "int32"] as const)("%s: one element of each row, there and back", (dtype) => {
  for (const [rows, columns] of [
    [1, 1],
    [5, 2],
    [300, 3],
    [70, 18],
  ] as const) {
    const kernel = { mode: "elements", dtype, outer: rows, axis: columns, inner: 1, count: 1 } as const;
    const matrix = values(rows * columns).map((value, i) => (i % 4 === 0 ? -0 : value));
    const x = dtype === "int32" ? Int32Array.from(matrix) : matrix;
    const index = Int32Array.from({ length: rows }, (_, row) => (row * 7) % columns);
    const [chosen, spread] = [device.allocate(dtype, rows), device.allocate(dtype, rows * columns)];
    device.run({ kind: "gather", ...kernel }, [uploaded(x), uploaded(index)], [chosen]);
    const wanted = new Array(rows).fill(0).map((_, row) => x[row * columns + index[row]!]!);
    expect([...device.readSync(chosen)]).toEqual(wanted);
    device.run({ kind: "scatterAdd", ...kernel }, [chosen, uploaded(index)], [spread]);
    const sums = new Array(rows * columns).fill(0);
    for (const [row, value] of wanted.entries()) sums[row * columns + index[row]!] += value;
    expect([...device.readSync(spread)]).toEqual(sums);
  }
});
