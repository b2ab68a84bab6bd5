import { expect, it } from "vitest";
import { spreadOf } from "./statistics.ts";

it("interpolates as numpy.quantile does", () => {
  // numpy.quantile([7, 1, 3, 2], [.5, .25, .75])
  expect(spreadOf([7, 1, 3, 2])).toEqual({ median: 2.5, lower: 1.75, upper: 4 });
  expect(spreadOf([5])).toEqual({ median: 5, lower: 5, upper: 5 });
});

it("is not moved by one sample that was interrupted", () => {
  expect(spreadOf([1, 1, 1, 1, 900]).median).toBe(1);
});
