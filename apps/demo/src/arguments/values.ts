import { InvalidArgumentError } from "commander";

/** Reads what stands after an option. */
export type Reader = (text: string) => unknown;

const decimalNotation = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Any text. */
export function word(text: string): string {
  return text;
}

/** A number in decimal notation: `0.001`, `1e-3`. */
export function decimal(text: string): number {
  if (!decimalNotation.test(text) || !Number.isFinite(Number(text))) {
    throw new InvalidArgumentError("Give a number, as 0.001 or 1e-3.");
  }
  return Number(text);
}

/** `none` for null, else what `read` makes of it. */
export function orNone(read: Reader): Reader {
  return (text) => (text === "none" ? null : read(text));
}

/** `yes` or `no`. */
export function yesOrNo(text: string): boolean {
  if (text !== "yes" && text !== "no") throw new InvalidArgumentError("Give yes or no.");
  return text === "yes";
}

/** A whole number: `100000`, `1e5`. */
export function wholeNumber(text: string): number {
  const value = decimalNotation.test(text) ? Number(text) : Number.NaN;
  if (!Number.isInteger(value)) throw new InvalidArgumentError("Give a whole number.");
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError("Whole numbers end at 2^53 - 1.");
  return value;
}

/** Whole numbers with commas between them: `64,64`; `none` for an empty list. */
export function wholeNumbers(text: string): number[] {
  if (text === "none") return [];
  const parts = text.split(",").map((part) => part.trim());
  if (!parts.every((part) => /^\d+$/.test(part))) {
    throw new InvalidArgumentError("Give whole numbers with commas between them, as 64,64, or none.");
  }
  return parts.map(wholeNumber);
}

/** Seeds: a count, for 1 … count, or a list as `1,2,7`. */
export function seedList(text: string): number[] {
  const seeds = text.includes(",")
    ? wholeNumbers(text)
    : Array.from({ length: count(text) }, (_, i) => i + 1);
  if (new Set(seeds).size !== seeds.length) throw new InvalidArgumentError("Every seed once.");
  return seeds;
}

/** A whole number from 1. */
export function count(text: string): number {
  const value = wholeNumber(text);
  if (value < 1) throw new InvalidArgumentError("Give a whole number from 1.");
  return value;
}

/** A whole number from 0. */
export function seed(text: string): number {
  const value = wholeNumber(text);
  if (value < 0) throw new InvalidArgumentError("Give a whole number from 0.");
  return value;
}
