import { expect, test } from "vitest";
import { philox, unitOf, type Words } from "./philox.ts";

// Random123's kat_vectors, philox4x32 with 10 rounds
const ones = 0xffffffff;
test.each<[Words, readonly [number, number], string]>([
  [[0, 0, 0, 0], [0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
  [[ones, ones, ones, ones], [ones, ones], "408f276d 41c83b0e a20bc7c6 6d5451fd"],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    "d16cfe09 94fdcceb 5001e420 24126ea1",
  ],
])("philox of %j under %j", (counter, key, words) => {
  expect(
    philox(counter, key)
      .map((word) => word.toString(16).padStart(8, "0"))
      .join(" "),
  ).toBe(words);
});

test("unit numbers fill [0, 1)", () => {
  expect([unitOf(0), unitOf(0xffffffff)]).toEqual([0, 1 - 2 ** -24]);
});
