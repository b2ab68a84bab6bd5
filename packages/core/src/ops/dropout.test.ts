import { generator } from "@gradbridge/random";
import { expect, it } from "vitest";
import { compile, ones, setDevice, tensor } from "../index.ts";

await setDevice("reference");

it("keeps the expectation, drops the share asked for, and passes the gradient through the same mask", () => {
  const x = ones([10_000], { requiresGrad: true });
  const y = x.dropout(0.25, generator(5));
  const kept = y.detach().greater(0).sum().item();
  expect(Math.abs(kept - 7500)).toBeLessThan(4 * Math.sqrt(10_000 * 0.25 * 0.75));
  expect(new Set(y.dataSync())).toEqual(new Set([0, Math.fround(4 / 3)]));
  y.backward(ones([10_000]));
  expect(x.grad!.toArray()).toEqual(y.toArray());
});

it("repeats with the seed, and is nothing at 0 and everything at 1", () => {
  const x = tensor([1, 2, 3]);
  expect(x.dropout(0.5, generator(1)).toArray()).toEqual(x.dropout(0.5, generator(1)).toArray());
  expect(x.dropout(0, generator(1)).toArray()).toEqual([1, 2, 3]);
  expect(x.dropout(1, generator(1)).toArray()).toEqual([0, 0, 0]);
});

it("refuses to be replayed with the mask of the recording", () => {
  const step = compile((x) => x.dropout(0.5, generator(1)));
  expect(() => step(tensor([1]))).toThrow(/every time/);
});
