import { expect, it } from "vitest";
import { answersDiffer } from "./answers.ts";

it("accepts rounding, refuses another result, another length and NaN", () => {
  const expected = [1, 2, 3];
  expect(answersDiffer(expected, [1, 2, 3.0001], 1e-4)).toBeNull();
  expect(answersDiffer(expected, undefined, 1e-4)).toBeNull();
  expect(answersDiffer(expected, [1, 2, 3.1], 1e-4)).toContain("off by 0.03");
  expect(answersDiffer(expected, [1, 2], 1)).toContain("2 numbers, not 3");
  expect(answersDiffer(expected, [1, 2, Number.NaN], 1)).toContain("NaN");
});
