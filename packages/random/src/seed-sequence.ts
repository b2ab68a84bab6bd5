import { GradbridgeError } from "./errors.ts";

/**
 * What a generator can be seeded with: a non-negative integer of any size (`bigint` above 2^53), or a list of them,
 * hashed together. The same seed gives the same stream as in NumPy.
 */
export type Seed = number | bigint | readonly (number | bigint)[];

/** The plain-JSON form of a `SeedSequence`; integers are decimal strings. */
export interface SeedSequenceState {
  readonly entropy: string | readonly string[];
  readonly spawn_key: readonly number[];
  readonly pool_size: number;
  readonly n_children_spawned: number;
}

/** Where a `SeedSequence` stands in the tree of sequences spawned from one root. */
export interface SeedSequenceOptions {
  /** Its position: the index of the child at every level, root first. Default: the root, `[]`. */
  readonly spawnKey?: readonly number[];
  /** Size of the entropy pool in 32-bit words, at least 4. Default 4. */
  readonly poolSize?: number;
  /** How many children exist already; the next one spawned gets this index. Default 0. */
  readonly childrenSpawned?: number;
}

const INIT_A = 0x43b0d7e5;
const MULTIPLY_A = 0x931e8875;
const INIT_B = 0x8b51f9dd;
const MULTIPLY_B = 0x58f38ded;
const MIX_LEFT = 0xca01f9dd;
const MIX_RIGHT = 0x4973f715;
const DEFAULT_POOL_SIZE = 4;

/**
 * Turns seeds of any size and quality into well-mixed, independent starting states; children get streams of their
 * own. Agrees with `numpy.random.SeedSequence` (the algorithm is O'Neill's `randutils::seed_seq_fe`).
 */
export class SeedSequence {
  /** The entropy as given, or 128 bits from the operating system. */
  readonly entropy: Seed;
  readonly spawnKey: readonly number[];
  readonly poolSize: number;
  readonly #pool: Uint32Array;
  #childrenSpawned: number;

  /**
   * @param entropy Seed; without one, 128 bits are drawn from `globalThis.crypto`.
   * @throws GradbridgeError `seed` if an integer is negative, fractional, NaN, or a number above 2^53.
   */
  constructor(entropy?: Seed | null, options: SeedSequenceOptions = {}) {
    this.entropy = entropy ?? systemEntropy();
    this.spawnKey = [...(options.spawnKey ?? [])];
    this.poolSize = count("poolSize", options.poolSize ?? DEFAULT_POOL_SIZE);
    this.#childrenSpawned = count("childrenSpawned", options.childrenSpawned ?? 0);
    if (this.poolSize < DEFAULT_POOL_SIZE) {
      throw new GradbridgeError("seed", `SeedSequence: poolSize must be at least 4, got ${this.poolSize}`);
    }
    this.#pool = mixedPool(assembledEntropy(this.entropy, this.spawnKey, this.poolSize), this.poolSize);
  }

  /** How many children `spawn` has made so far. */
  get childrenSpawned(): number {
    return this.#childrenSpawned;
  }

  /** Plain JSON from which `SeedSequence.fromState` builds an equal sequence. */
  get state(): SeedSequenceState {
    const { entropy } = this;
    return {
      entropy: typeof entropy === "object" ? entropy.map(String) : String(entropy),
      spawn_key: this.spawnKey,
      pool_size: this.poolSize,
      n_children_spawned: this.#childrenSpawned,
    };
  }

  /** The sequence whose `state` this was, next child included. Throws GradbridgeError `seed` if it is malformed. */
  static fromState(state: SeedSequenceState): SeedSequence {
    const { entropy } = state;
    return new SeedSequence(typeof entropy === "string" ? parsed(entropy) : entropy.map(parsed), {
      spawnKey: state.spawn_key,
      poolSize: state.pool_size,
      childrenSpawned: state.n_children_spawned,
    });
  }

  /** `words` 32-bit words of state, always the same ones: asking for more extends the list. */
  generateState(words: number, dtype?: "uint32"): Uint32Array;
  /** `words` 64-bit words: pairs of the 32-bit words, low half first. */
  generateState(words: number, dtype: "uint64"): BigUint64Array;
  generateState(words: number, dtype: "uint32" | "uint64" = "uint32"): Uint32Array | BigUint64Array {
    count("words", words);
    if (dtype === "uint64") {
      const halves = this.generateState(2 * words);
      return BigUint64Array.from(
        { length: words },
        (_, i) => (BigInt(halves[2 * i + 1]) << 32n) | BigInt(halves[2 * i]),
      );
    }
    const state = new Uint32Array(words);
    let hash = INIT_B;
    for (let i = 0; i < words; i++) {
      let value = this.#pool[i % this.poolSize] ^ hash;
      hash = Math.imul(hash, MULTIPLY_B);
      value = Math.imul(value, hash);
      state[i] = value ^ (value >>> 16);
    }
    return state;
  }

  /** `children` new sequences whose streams overlap with no other's for all practical purposes. */
  spawn(children: number): SeedSequence[] {
    count("children", children);
    const first = this.#childrenSpawned;
    this.#childrenSpawned += children;
    return Array.from(
      { length: children },
      (_, i) =>
        new SeedSequence(this.entropy, { spawnKey: [...this.spawnKey, first + i], poolSize: this.poolSize }),
    );
  }
}

function systemEntropy(): bigint {
  const words = globalThis.crypto.getRandomValues(new Uint32Array(4));
  return words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
}

function count(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new GradbridgeError("seed", `SeedSequence: ${name} must be a non-negative integer, got ${value}`);
  }
  return value;
}

function parsed(digits: string): bigint {
  if (!/^\d+$/.test(digits)) {
    throw new GradbridgeError(
      "seed",
      `SeedSequence: expected a decimal integer, got ${JSON.stringify(digits)}`,
    );
  }
  return BigInt(digits);
}

/** The 32-bit words of the seed, lowest first, then those of the spawn key. */
function assembledEntropy(entropy: Seed, spawnKey: readonly number[], poolSize: number): number[] {
  const words = typeof entropy === "object" ? entropy.flatMap(integerWords) : integerWords(entropy);
  // A child of a short seed must not equal the seed with the key appended.
  while (spawnKey.length > 0 && words.length < poolSize) words.push(0);
  return [...words, ...spawnKey.flatMap(integerWords)];
}

function integerWords(seed: number | bigint): number[] {
  const isInteger = typeof seed === "bigint" || Number.isSafeInteger(seed);
  if (!isInteger || seed < 0) {
    const advice = typeof seed === "number" && seed > 2 ** 53 ? "; write integers above 2^53 as bigint" : "";
    throw new GradbridgeError(
      "seed",
      `seed: expected a non-negative integer or a list of them, got ${String(seed)}${advice}`,
    );
  }
  const words: number[] = [];
  let rest = BigInt(seed);
  do {
    words.push(Number(rest & 0xffffffffn));
    rest >>= 32n;
  } while (rest > 0n);
  return words;
}

function mixedPool(entropy: readonly number[], size: number): Uint32Array {
  let constant = INIT_A;
  const hash = (word: number): number => {
    let value = word ^ constant;
    constant = Math.imul(constant, MULTIPLY_A);
    value = Math.imul(value, constant);
    return value ^ (value >>> 16);
  };
  const mix = (x: number, y: number): number => {
    const result = (Math.imul(MIX_LEFT, x) - Math.imul(MIX_RIGHT, y)) | 0;
    return result ^ (result >>> 16);
  };
  const pool = new Uint32Array(size);
  for (let i = 0; i < size; i++) pool[i] = hash(entropy[i] ?? 0);
  for (let source = 0; source < size; source++) {
    for (let target = 0; target < size; target++) {
      if (source !== target) pool[target] = mix(pool[target], hash(pool[source]));
    }
  }
  for (let source = size; source < entropy.length; source++) {
    for (let target = 0; target < size; target++) pool[target] = mix(pool[target], hash(entropy[source]));
  }
  return pool;
}
