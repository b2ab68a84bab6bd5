import { expect, test } from "vitest";
import type { TypedArray } from "../../tensor/dtype.ts";
import { chainOf } from "../chain.ts";
import { chainCases } from "../conformance/chain-cases.ts";
import { casesOf } from "../conformance/check-backend.ts";
import { type KernelCase, values } from "../conformance/kernel-case.ts";
import { refuseIntegers } from "../refuse-integers.ts";
import { createWasmBackend } from "./backend.ts";
import type { WasmBuffer } from "./buffer.ts";
import { instantiateKernels } from "./instance.ts";
import { Launcher, type WasmKernel } from "./launch.ts";
import { ImmediateTarget } from "./launch-target.ts";
import { PagedMemory } from "./paged-memory.ts";
import { splittingOf } from "./split.ts";

const device = createWasmBackend();
const { memory, exports, base } = instantiateKernels();
const pages = new PagedMemory(memory, base, 2 ** 26);
const launcher = new Launcher(new ImmediateTarget(exports, pages));

function upload(values: TypedArray): WasmBuffer {
  const buffer = pages.allocate(values instanceof Int32Array ? "int32" : "float32", values.length);
  pages.write(buffer, values);
  return buffer;
}

/** The outputs of a kernel run whole (`cut` null), or as two parts, the last one first: what a part writes past its end then shows. */
function outputsOf({ kernel, inputs, outputs }: KernelCase<WasmKernel>, cut: number | null): TypedArray[] {
  const read = inputs.map(upload);
  const written = outputs.map(upload);
  if (cut === null) {
    launcher.launch(
      kernel,
      read.map((x) => pages.addressOf(x)),
      written.map((x) => pages.addressOf(x)),
    );
  } else {
    const splitting = splittingOf(kernel)!;
    for (const part of [splitting.part(cut, splitting.units), splitting.part(0, cut)]) {
      const at = (buffer: WasmBuffer, offset: number): number => pages.addressOf(buffer) + offset * 4;
      launcher.launch(
        part.kernel,
        read.map((x, i) => at(x, part.inputOffsets[i]!)),
        written.map((x, i) => at(x, part.outputOffsets[i]!)),
        part.whole,
      );
    }
  }
  const results = written.map((x) => pages.read(x));
  for (const buffer of [...read, ...written]) pages.free(buffer);
  return results;
}

function refused({ kernel }: KernelCase<WasmKernel>): boolean {
  try {
    refuseIntegers(kernel);
    return false;
  } catch {
    return true;
  }
}

/** Rows that are no whole vectors, times a column, a row, or what changes with the outermost axis alone. */
function* oddRows(): Generator<KernelCase<WasmKernel>> {
  for (const shape of [
    [41, 3],
    [700, 3],
    [9, 130],
    [12, 50, 7],
    [12, 2, 3],
  ]) {
    const dense = shape.map((_, axis) => shape.slice(axis + 1).reduce((size, next) => size * next, 1));
    const length = shape[0]! * dense[0]!;
    const first = shape.map((_, axis) => (axis === 0 ? 1 : 0));
    const lastAxis = shape.map((_, axis) => (axis === shape.length - 1 ? 1 : 0));
    const outer = shape.map((_, axis) => (axis === shape.length - 1 ? 0 : dense[axis]! / shape.at(-1)!));
    for (const other of [first, lastAxis, outer]) {
      const inputs = [values("float32", length, 1), values("float32", length, 2)];
      const strides = [dense, other];
      const shared = { inputs, outputs: [values("float32", length, 3)], exact: true };
      yield { kernel: { kind: "binary", op: "mul", dtype: "float32", shape, strides }, ...shared };
      const chain = chainOf({ kind: "binary", op: "sub", dtype: "float32", shape, strides })!;
      yield { kernel: chain, ...shared };
    }
  }
}

test.each(["float32", "int32"] as const)(
  "%s: two parts give the bits of the whole, wherever a kernel is cut",
  (dtype) => {
    const kinds = new Set<string>();
    for (const kernelCase of [...casesOf(dtype, device), ...chainCases(dtype), ...oddRows()]) {
      if (refused(kernelCase)) continue;
      const splitting = splittingOf(kernelCase.kernel);
      if (splitting === null || splitting.units <= splitting.grain) continue;
      const whole = outputsOf(kernelCase, null);
      const last = Math.ceil(splitting.units / splitting.grain - 1) * splitting.grain;
      for (const cut of new Set([splitting.grain, last])) {
        expect(outputsOf(kernelCase, cut), JSON.stringify([kernelCase.kernel, cut])).toEqual(whole);
        kinds.add(kernelCase.kernel.kind);
      }
    }
    expect(kinds.size).toBeGreaterThan(dtype === "int32" ? 9 : 13);
  },
);
