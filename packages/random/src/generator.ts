import { binomial, multinomial } from "./binomial.ts";
import { BoundedIntegers } from "./bounded-integers.ts";
import { type ChoiceOptions, chooseIndex, chooseIndices, populationSize } from "./choice.ts";
import { GradbridgeError } from "./errors.ts";
import { standardExponential, standardExponential32 } from "./exponential.ts";
import { standardGamma } from "./gamma.ts";
import { geometric } from "./geometric.ts";
import {
  bigintBound,
  bigintRange,
  checkFits,
  dtypeOf,
  type IntegerArray,
  type IntegerDType,
  numberRange,
  widthOf,
} from "./integer-interval.ts";
import { standardNormal, standardNormal32 } from "./normal.ts";
import { PCG64, type PCG64State } from "./pcg64.ts";
import { poisson } from "./poisson.ts";
import type { Seed, SeedSequence } from "./seed-sequence.ts";
import { type Shuffleable, shuffle } from "./shuffle.ts";

/** The precision of a draw. NumPy's float32 algorithms use half the random bits and give another stream. */
export type FloatDType = "float32" | "float64";

/** Arrays that the `fill…` methods can fill. */
export type FloatArray = number[] | Float32Array | Float64Array;

/** How `integers` draws. */
export interface IntegersOptions {
  /** Whether `high` itself may be drawn. Default false. */
  readonly endpoint?: boolean;
  /** The NumPy type to draw as; it decides how the stream is used. Default `"int64"`. */
  readonly dtype?: IntegerDType;
}

/**
 * NumPy's generator: `generator(seed)` gives the stream of `numpy.random.default_rng(seed)`, bit for bit.
 *
 * @param seed A non-negative integer of any size, a list of them, a `SeedSequence`, or a `PCG64` to draw from.
 *   Without one, 128 bits of the operating system's entropy.
 * @throws GradbridgeError `seed` if an integer is negative, fractional, NaN, or a number above 2^53.
 */
export function generator(seed?: Seed | SeedSequence | PCG64 | null): Generator {
  return new Generator(seed instanceof PCG64 ? seed : new PCG64(seed));
}

/**
 * Draws from distributions, one value a call or a whole array. Agrees with `numpy.random.Generator` over `PCG64`: the
 * same calls in the same order give the same values. An array filled here equals the array NumPy returns for the same
 * size, and single draws equal NumPy's single draws.
 */
export class Generator {
  /** The source of the random bits. */
  readonly bitGenerator: PCG64;
  readonly #integers: BoundedIntegers;

  constructor(bitGenerator: PCG64) {
    this.bitGenerator = bitGenerator;
    this.#integers = new BoundedIntegers(bitGenerator);
  }

  /** Uniform on [0, 1): 53 random bits, or 24 with `"float32"`. */
  random(dtype: FloatDType = "float64"): number {
    return dtype === "float32" ? this.bitGenerator.nextFloat() : this.bitGenerator.nextDouble();
  }

  /** Uniform on [low, high), up to rounding. Throws GradbridgeError `range` if high < low or their distance is not finite. */
  uniform(low = 0, high = 1): number {
    const width = uniformWidth(low, high);
    return low + width * this.bitGenerator.nextDouble();
  }

  /** Normal with mean 0 and standard deviation 1. */
  standardNormal(dtype: FloatDType = "float64"): number {
    return dtype === "float32" ? standardNormal32(this.bitGenerator) : standardNormal(this.bitGenerator);
  }

  /** Normal. Throws GradbridgeError `range` if `std` is negative or NaN. */
  normal(mean = 0, std = 1): number {
    checkNonNegative("normal", "std", std);
    return mean + std * standardNormal(this.bitGenerator);
  }

  /** Exponential with mean 1. */
  standardExponential(dtype: FloatDType = "float64"): number {
    return dtype === "float32"
      ? standardExponential32(this.bitGenerator)
      : standardExponential(this.bitGenerator);
  }

  /** Exponential with mean `scale`. Throws GradbridgeError `range` if `scale` is negative or NaN. */
  exponential(scale = 1): number {
    checkNonNegative("exponential", "scale", scale);
    return scale * standardExponential(this.bitGenerator);
  }

  /**
   * The number of trials up to and including the first success: 1, 2, ... Throws GradbridgeError `probability` unless
   * 0 < p ≤ 1. Above 2^53 (p below about 1e-14) the result is the nearest double, where NumPy's is an int64.
   */
  geometric(p: number): number {
    return geometric(this.bitGenerator, p);
  }

  /** Gamma with scale 1. Throws GradbridgeError `range` if `shape` is negative or NaN. */
  standardGamma(shape: number): number {
    checkNonNegative("standardGamma", "shape", shape);
    return standardGamma(this.bitGenerator, shape);
  }

  /** Gamma with mean shape · scale. Throws GradbridgeError `range` if either is negative or NaN. */
  gamma(shape: number, scale = 1): number {
    checkNonNegative("gamma", "shape", shape);
    checkNonNegative("gamma", "scale", scale);
    return scale * standardGamma(this.bitGenerator, shape);
  }

  /** Poisson: counts with the given mean. Throws GradbridgeError `range` unless 0 ≤ mean ≤ 2^53. */
  poisson(mean = 1): number {
    if (!(mean >= 0 && mean <= 2 ** 53)) {
      throw new GradbridgeError("range", `poisson: mean must lie in [0, 2^53], got ${mean}`);
    }
    return poisson(this.bitGenerator, mean);
  }

  /**
   * Binomial: successes among `trials` of probability `p`. Throws GradbridgeError `range` if `trials` is no
   * non-negative integer, `probability` unless 0 ≤ p ≤ 1.
   */
  binomial(trials: number, p: number): number {
    checkTrials("binomial", trials);
    checkProbability("binomial", "p", p);
    return binomial(this.bitGenerator, trials, p);
  }

  /**
   * Multinomial: how many of `trials` fall into each class. `p` has one probability per class; the last is taken to be
   * what the others leave. Throws as `binomial` does, and `probability` if all but the last exceed 1 together.
   */
  multinomial(trials: number, p: ArrayLike<number>): number[] {
    checkTrials("multinomial", trials);
    let sum = 0;
    for (let i = 0; i < p.length; i++) {
      checkProbability("multinomial", `p[${i}]`, p[i]);
      if (i < p.length - 1) sum += p[i];
    }
    if (p.length === 0 || sum > 1 + 1e-12) {
      throw new GradbridgeError(
        "probability",
        `multinomial: p must hold probabilities that sum to 1, got ${sum}`,
      );
    }
    return multinomial(this.bitGenerator, trials, p);
  }

  /**
   * A uniform integer from `low` up to but not including `high` (or including it, with `endpoint`); with one bound,
   * from 0 up to it. Bounds given as numbers give a number, and must lie at most 2^53 − 1 apart; bounds given as
   * bigint give a bigint and may span the whole type.
   *
   * @throws GradbridgeError `range` if the interval is empty or leaves the type; `dtype` if the type is unknown.
   */
  integers(low: number, high?: number | null, options?: IntegersOptions): number;
  integers(low: bigint, high?: bigint | null, options?: IntegersOptions): bigint;
  integers(low: number | bigint, high?: number | bigint | null, options?: IntegersOptions): number | bigint {
    const endpoint = options?.endpoint ?? false;
    const dtype = options?.dtype ?? "int64";
    const width = widthOf(dtype);
    this.#integers.startArray();
    if (typeof low === "number" && typeof high !== "bigint") {
      const first = high == null ? 0 : low;
      return first + this.#integers.draw(numberRange(first, high ?? low, endpoint, dtype), width);
    }
    const first = high == null ? 0n : bigintBound(low);
    const range = bigintRange(first, bigintBound(high ?? low), endpoint, dtype);
    if (width < 64) return first + BigInt(this.#integers.draw(Number(range), width));
    this.#integers.draw64(Number(range >> 32n), Number(range & 0xffffffffn));
    const { word } = this.#integers;
    return first + ((BigInt(word[0]) << 32n) | BigInt(word[1]));
  }

  /**
   * One element of an array, or one integer below a number, each equally likely or with probabilities `p`.
   * With `size`, an array of that many, drawn with replacement unless `replace` is false.
   *
   * @throws GradbridgeError `empty` if there is nothing to choose from; `probability` if `p` has a negative or NaN
   *   entry, does not sum to 1 or has another length; `size` if more are wanted than there are.
   */
  choice(population: number, options?: ChoiceOptions & { readonly size?: undefined }): number;
  choice(population: number, options: ChoiceOptions & { readonly size: number }): number[];
  choice<T>(population: ArrayLike<T>, options?: ChoiceOptions & { readonly size?: undefined }): T;
  choice<T>(population: ArrayLike<T>, options: ChoiceOptions & { readonly size: number }): T[];
  choice<T>(population: number | ArrayLike<T>, options: ChoiceOptions = {}): number | T | (number | T)[] {
    const count = populationSize(population, options.size);
    const pick = (index: number): number | T => (typeof population === "number" ? index : population[index]);
    if (options.size === undefined && options.replace !== false) {
      return pick(chooseIndex(this.bitGenerator, this.#integers, count, options.p));
    }
    const indices = chooseIndices(this.bitGenerator, this.#integers, count, options);
    return options.size === undefined ? pick(indices[0]) : indices.map(pick);
  }

  /** The integers below `population` in random order, or a shuffled copy of an array (of the same kind). */
  permutation(population: number): number[];
  permutation<A extends Shuffleable<unknown> & { slice(): A }>(population: A): A;
  permutation<T>(population: readonly T[]): T[];
  permutation(population: number | (Shuffleable<unknown> & { slice(): Shuffleable<unknown> })): unknown {
    const order = typeof population === "number" ? range(population) : population.slice();
    shuffle(this.bitGenerator, order);
    return order;
  }

  /** Permutes an array or typed array in place. */
  shuffle<T>(values: Shuffleable<T>): void {
    shuffle(this.bitGenerator, values);
  }

  /**
   * Fills with `random()`. A Float32Array takes NumPy's float32 algorithm, as `random(size, dtype=float32)` does, so
   * that no value rounds up to 1.
   */
  fillRandom<A extends FloatArray>(out: A): A {
    const bits = this.bitGenerator;
    if (out instanceof Float32Array) {
      for (let i = 0; i < out.length; i++) out[i] = bits.nextFloat();
    } else {
      for (let i = 0; i < out.length; i++) out[i] = bits.nextDouble();
    }
    return out;
  }

  /** Fills with `uniform(low, high)`: drawn as float64, rounded to what `out` holds. */
  fillUniform<A extends FloatArray>(out: A, low = 0, high = 1): A {
    const width = uniformWidth(low, high);
    const bits = this.bitGenerator;
    for (let i = 0; i < out.length; i++) out[i] = low + width * bits.nextDouble();
    return out;
  }

  /** Fills with `standardNormal()`. A Float32Array takes NumPy's float32 algorithm. */
  fillStandardNormal<A extends FloatArray>(out: A): A {
    const draw = out instanceof Float32Array ? standardNormal32 : standardNormal;
    for (let i = 0; i < out.length; i++) out[i] = draw(this.bitGenerator);
    return out;
  }

  /** Fills with `normal(mean, std)`: drawn as float64, rounded to what `out` holds. */
  fillNormal<A extends FloatArray>(out: A, mean = 0, std = 1): A {
    checkNonNegative("fillNormal", "std", std);
    const bits = this.bitGenerator;
    for (let i = 0; i < out.length; i++) out[i] = mean + std * standardNormal(bits);
    return out;
  }

  /** Fills with `standardExponential()`. A Float32Array takes NumPy's float32 algorithm. */
  fillStandardExponential<A extends FloatArray>(out: A): A {
    const draw = out instanceof Float32Array ? standardExponential32 : standardExponential;
    for (let i = 0; i < out.length; i++) out[i] = draw(this.bitGenerator);
    return out;
  }

  /** Fills with `exponential(scale)`: drawn as float64, rounded to what `out` holds. */
  fillExponential<A extends FloatArray>(out: A, scale = 1): A {
    checkNonNegative("fillExponential", "scale", scale);
    const bits = this.bitGenerator;
    for (let i = 0; i < out.length; i++) out[i] = scale * standardExponential(bits);
    return out;
  }

  /**
   * Fills with integers as NumPy's `integers(low, high, size, dtype)` would: narrow types share 32-bit draws, so this
   * is not the same stream as single `integers` calls. The type is the array's own unless `dtype` names another
   * (int64 for Float32Array, Float64Array and plain arrays).
   *
   * @throws GradbridgeError `range` if the interval is empty or leaves the type or what the array holds exactly.
   */
  fillIntegers<A extends IntegerArray>(
    out: A,
    low: number | bigint,
    high?: number | bigint | null,
    options?: IntegersOptions,
  ): A {
    const dtype = options?.dtype ?? dtypeOf(out);
    const width = widthOf(dtype);
    const first = high == null ? 0n : bigintBound(low);
    const range = bigintRange(first, bigintBound(high ?? low), options?.endpoint ?? false, dtype);
    checkFits(out, first, first + range);
    const integers = this.#integers;
    integers.startArray();
    if (out instanceof BigInt64Array || out instanceof BigUint64Array) {
      integers.fill64(out, first, range, width);
    } else {
      const [low, distance] = [Number(first), Number(range)];
      for (let i = 0; i < out.length; i++) out[i] = low + integers.draw(distance, width);
    }
    return out;
  }

  /** `children` generators whose streams are independent of this one's and of each other's. */
  spawn(children: number): Generator[] {
    return this.bitGenerator.spawn(children).map((bits) => new Generator(bits));
  }

  /** Everything the next draws depend on, as plain JSON: NumPy's `bit_generator.state`. Spawning is not part of it. */
  get state(): PCG64State {
    return this.bitGenerator.state;
  }

  /** Continues where `state` was taken. Throws GradbridgeError `state` if it is not the state of a PCG64. */
  restore(state: PCG64State): void {
    this.bitGenerator.state = state;
  }
}

function range(size: number): number[] {
  if (!Number.isInteger(size) || size < 0 || size >= 2 ** 32) {
    throw new GradbridgeError(
      "size",
      `permutation: expected an array or a size from 0 to 2^32 − 1, got ${size}`,
    );
  }
  const values = new Array<number>(size);
  for (let i = 0; i < size; i++) values[i] = i;
  return values;
}

function uniformWidth(low: number, high: number): number {
  const width = high - low;
  if (width >= 0 && width < Infinity) return width;
  throw new GradbridgeError(
    "range",
    `uniform: high must not be less than low and their distance finite, got low ${low}, high ${high}`,
  );
}

function checkNonNegative(method: string, name: string, value: number): void {
  if (!(value >= 0)) {
    throw new GradbridgeError("range", `${method}: ${name} must not be negative, got ${value}`);
  }
}

function checkTrials(method: string, trials: number): void {
  if (!Number.isSafeInteger(trials) || trials < 0) {
    throw new GradbridgeError("range", `${method}: trials must be a non-negative integer, got ${trials}`);
  }
}

function checkProbability(method: string, name: string, p: number): void {
  if (!(p >= 0 && p <= 1)) {
    throw new GradbridgeError("probability", `${method}: ${name} must lie in [0, 1], got ${p}`);
  }
}
