import { GradbridgeError } from "./errors.ts";
import { type Seed, SeedSequence } from "./seed-sequence.ts";

/** The state of a `PCG64`, spelled as NumPy's `bit_generator.state`; 128-bit integers are decimal strings. */
export interface PCG64State {
  readonly bit_generator: "PCG64";
  readonly state: { readonly state: string; readonly inc: string };
  /** 1 if half of a 64-bit output is still to be used by the next 32-bit draw, else 0. */
  readonly has_uint32: number;
  /** That half. */
  readonly uinteger: number;
}

const MULTIPLIER = (2549297995355413924n << 64n) | 4865540595714422341n;
/** 2^128 / golden ratio, made odd: the stride of `jumped`. */
const JUMP = 0x9e3779b97f4a7c15f39cc0605cedc835n;
const MASK_128 = (1n << 128n) - 1n;

// The state is kept in six limbs of 22 bits, lowest first (the top one holds 18). A product of two limbs has 44 bits
// and a column adds at most six of them, so a double holds every sum exactly; 32-bit limbs would need the upper half
// of a 64-bit product, which JavaScript can only piece together, and measured slower.
const LIMBS = 6;
const LIMB = 2 ** 22;
const LIMB_INVERSE = 2 ** -22;
const TOP_LIMB = 2 ** 18;
const TOP_LIMB_INVERSE = 2 ** -18;
const [M0, M1, M2, M3, M4, M5] = limbs(MULTIPLIER) as [number, number, number, number, number, number];

/**
 * The PCG64 bit generator (O'Neill 2014, PCG XSL RR 128/64), NumPy's default: a 128-bit linear congruential generator
 * with a permuted 64-bit output. Agrees with `numpy.random.PCG64`, its test vectors included.
 */
export class PCG64 {
  /** Where the seed came from; `spawn` makes children of it. */
  readonly seedSequence: SeedSequence;
  /** The output of the latest `step()`: `[high, low]` 32-bit halves. */
  readonly output: Uint32Array = new Uint32Array(2);
  readonly #limbs: Float64Array = new Float64Array(2 * LIMBS);
  #hasHalf = false;
  #half = 0;

  /**
   * @param seed A seed, or a sequence to take the state from; without one, the operating system's entropy.
   * @throws GradbridgeError `seed`
   */
  constructor(seed?: Seed | SeedSequence | null) {
    this.seedSequence = seed instanceof SeedSequence ? seed : new SeedSequence(seed);
    const [w0, w1, w2, w3] = this.seedSequence.generateState(4, "uint64") as unknown as bigint[] as [
      bigint,
      bigint,
      bigint,
      bigint,
    ];
    const increment = ((((w2 << 64n) | w3) << 1n) | 1n) & MASK_128;
    const start = (increment + ((w0 << 64n) | w1)) & MASK_128;
    this.#write((start * MULTIPLIER + increment) & MASK_128, increment);
  }

  /** Advances by one and leaves 64 random bits in `output`. Allocates nothing. */
  step(): void {
    const limb = this.#limbs;
    const a = limb[0];
    const b = limb[1];
    const c = limb[2];
    const d = limb[3];
    const e = limb[4];
    const f = limb[5];

    // state = state * MULTIPLIER + increment (mod 2^128), column by column.
    let sum = a * M0 + limb[6];
    let carry = Math.floor(sum * LIMB_INVERSE);
    const r0 = sum - carry * LIMB;
    sum = a * M1 + b * M0 + limb[7] + carry;
    carry = Math.floor(sum * LIMB_INVERSE);
    const r1 = sum - carry * LIMB;
    sum = a * M2 + b * M1 + c * M0 + limb[8] + carry;
    carry = Math.floor(sum * LIMB_INVERSE);
    const r2 = sum - carry * LIMB;
    sum = a * M3 + b * M2 + c * M1 + d * M0 + limb[9] + carry;
    carry = Math.floor(sum * LIMB_INVERSE);
    const r3 = sum - carry * LIMB;
    sum = a * M4 + b * M3 + c * M2 + d * M1 + e * M0 + limb[10] + carry;
    carry = Math.floor(sum * LIMB_INVERSE);
    const r4 = sum - carry * LIMB;
    sum = a * M5 + b * M4 + c * M3 + d * M2 + e * M1 + f * M0 + limb[11] + carry;
    carry = Math.floor(sum * TOP_LIMB_INVERSE);
    const r5 = sum - carry * TOP_LIMB;

    limb[0] = r0;
    limb[1] = r1;
    limb[2] = r2;
    limb[3] = r3;
    limb[4] = r4;
    limb[5] = r5;

    // output = rotateRight(high64 ^ low64, state >> 122). The rotation is random: a branch on it would be
    // mispredicted half the time, so the swap by 32 is a masked exchange and (x << 1) << (31 - k) covers k = 0.
    const i1 = r1 | 0;
    const i2 = r2 | 0;
    const i4 = r4 | 0;
    const top = (i4 >>> 8) | ((r5 | 0) << 14);
    const xorLow = (r0 | (i1 << 22)) ^ ((i2 >>> 20) | ((r3 | 0) << 2) | (i4 << 24));
    const xorHigh = ((i1 >>> 10) | (i2 << 12)) ^ top;
    const exchange = (xorLow ^ xorHigh) & (top >> 31);
    const high = xorHigh ^ exchange;
    const low = xorLow ^ exchange;
    const rotation = (top >>> 26) & 31;
    const output = this.output;
    output[0] = (high >>> rotation) | ((low << 1) << (31 - rotation));
    output[1] = (low >>> rotation) | ((high << 1) << (31 - rotation));
  }

  /** A float64 in [0, 1): 53 random bits. */
  nextDouble(): number {
    this.step();
    const output = this.output;
    return (output[0] * 0x200000 + (output[1] >>> 11)) * 2 ** -53;
  }

  /** A float32 in [0, 1): 24 random bits of one 32-bit draw. */
  nextFloat(): number {
    return (this.nextUint32() >>> 8) * 2 ** -24;
  }

  /** 32 random bits: the low half of a 64-bit output, then, on the next call, its high half. */
  nextUint32(): number {
    if (this.#hasHalf) {
      this.#hasHalf = false;
      return this.#half >>> 0;
    }
    this.step();
    this.#hasHalf = true;
    this.#half = this.output[0] | 0;
    return this.output[1];
  }

  /** 64 random bits as a bigint. For hot code, `step()` and `output`. */
  nextUint64(): bigint {
    this.step();
    return (BigInt(this.output[0]) << 32n) | BigInt(this.output[1]);
  }

  /** The whole state as plain JSON; assigning it back continues exactly there. */
  get state(): PCG64State {
    return {
      bit_generator: "PCG64",
      state: { state: String(this.#read(0)), inc: String(this.#read(LIMBS)) },
      has_uint32: this.#hasHalf ? 1 : 0,
      uinteger: this.#half >>> 0,
    };
  }

  /** @throws GradbridgeError `state` if the value is not the state of a PCG64. */
  set state(state: PCG64State) {
    if (state?.bit_generator !== "PCG64") {
      throw new GradbridgeError(
        "state",
        `PCG64: state.bit_generator must be "PCG64", got ${describe(state)}`,
      );
    }
    const value = integer128("state.state", state.state?.state);
    const increment = integer128("state.inc", state.state?.inc);
    if (state.has_uint32 !== 0 && state.has_uint32 !== 1) {
      throw new GradbridgeError("state", `PCG64: has_uint32 must be 0 or 1, got ${state.has_uint32}`);
    }
    if (!(Number.isInteger(state.uinteger) && state.uinteger >= 0 && state.uinteger < 2 ** 32)) {
      throw new GradbridgeError("state", `PCG64: uinteger must be a 32-bit integer, got ${state.uinteger}`);
    }
    this.#write(value, increment);
    this.#hasHalf = state.has_uint32 === 1;
    this.#half = state.uinteger | 0;
  }

  /** Moves `delta` steps ahead (behind if negative) in time logarithmic in it, and forgets the buffered half. */
  advance(delta: bigint): this {
    let multiplier = 1n;
    let addend = 0n;
    let squaredMultiplier = MULTIPLIER;
    let squaredAddend = this.#read(LIMBS);
    // Brown 1994, "Random number generation with arbitrary strides": binary powers of x -> m x + c.
    for (let rest = delta & MASK_128; rest > 0n; rest >>= 1n) {
      if (rest & 1n) {
        multiplier = (multiplier * squaredMultiplier) & MASK_128;
        addend = (addend * squaredMultiplier + squaredAddend) & MASK_128;
      }
      squaredAddend = ((squaredMultiplier + 1n) * squaredAddend) & MASK_128;
      squaredMultiplier = (squaredMultiplier * squaredMultiplier) & MASK_128;
    }
    this.#write((this.#read(0) * multiplier + addend) & MASK_128, this.#read(LIMBS));
    this.#hasHalf = false;
    this.#half = 0;
    return this;
  }

  /** A copy `jumps` × 0.618 × 2^128 steps ahead: another way to get streams that do not overlap. */
  jumped(jumps = 1): PCG64 {
    const copy = new PCG64(this.seedSequence);
    copy.state = this.state;
    return copy.advance(JUMP * BigInt(jumps));
  }

  /** `children` generators with streams of their own, from the children of `seedSequence`. */
  spawn(children: number): PCG64[] {
    return this.seedSequence.spawn(children).map((child) => new PCG64(child));
  }

  #write(state: bigint, increment: bigint): void {
    this.#limbs.set([...limbs(state), ...limbs(increment)]);
  }

  #read(from: number): bigint {
    let value = 0n;
    for (let i = LIMBS - 1; i >= 0; i--) value = (value << 22n) | BigInt(this.#limbs[from + i]);
    return value;
  }
}

function limbs(value: bigint): number[] {
  return Array.from({ length: LIMBS }, (_, i) => Number((value >> BigInt(22 * i)) & 0x3fffffn));
}

function describe(state: unknown): string {
  const name = (state as { bit_generator?: unknown } | null | undefined)?.bit_generator;
  return name === undefined ? String(state) : JSON.stringify(name);
}

function integer128(name: string, digits: unknown): bigint {
  if (typeof digits === "string" && /^\d{1,39}$/.test(digits) && BigInt(digits) <= MASK_128)
    return BigInt(digits);
  throw new GradbridgeError(
    "state",
    `PCG64: ${name} must be a decimal string below 2^128, got ${String(digits)}`,
  );
}
