import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import { count, decimal, orNone, seed, seedList, wholeNumber, wholeNumbers, yesOrNo } from "./values.ts";

describe("values of options", () => {
  it.each([
    [decimal, "0.001", 0.001],
    [decimal, "1e-3", 0.001],
    [decimal, ".5", 0.5],
    [decimal, "-3.29", -3.29],
    [wholeNumber, "100000", 100_000],
    [wholeNumber, "1e5", 100_000],
    [wholeNumber, "-1", -1],
    [wholeNumber, "9007199254740991", Number.MAX_SAFE_INTEGER],
    [wholeNumbers, "64,64", [64, 64]],
    [wholeNumbers, "256, 128 ,1", [256, 128, 1]],
    [wholeNumbers, "none", []],
    [count, "1", 1],
    [yesOrNo, "yes", true],
    [yesOrNo, "no", false],
    [orNone(decimal), "none", null],
    [orNone(decimal), "0.5", 0.5],
    [seedList, "3", [1, 2, 3]],
    [seedList, "2,7", [2, 7]],
    [seed, "0", 0],
  ])("%o reads %s", (read, text, value) => {
    expect(read(text)).toEqual(value);
  });

  it.each([
    [decimal, ""],
    [decimal, "fast"],
    [decimal, "0x10"],
    [decimal, "1e999"],
    [decimal, "NaN"],
    [decimal, "1,5"],
    [wholeNumber, "1.5"],
    [wholeNumber, "1e-3"],
    [wholeNumber, "9007199254740993"],
    [wholeNumber, "seven"],
    [wholeNumber, " "],
    [wholeNumbers, "64,x"],
    [wholeNumbers, "64,,64"],
    [wholeNumbers, "6.4"],
    [wholeNumbers, ""],
    [count, "0"],
    [seed, "-1"],
  ])("%o refuses %j", (read, text) => {
    expect(() => read(text)).toThrow(InvalidArgumentError);
  });
});
