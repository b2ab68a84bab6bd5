import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recorded } from "./fixtures/recorded.ts";
import { PCG64, type PCG64State } from "./pcg64.ts";
import { type Seed, SeedSequence } from "./seed-sequence.ts";

const MULTIPLIER = (2549297995355413924n << 64n) | 4865540595714422341n;
const MASK = (1n << 128n) - 1n;

/** The definition of the generator, in bigints. */
function* definition(state: bigint, increment: bigint): Generator<bigint, never> {
  for (;;) {
    state = (state * MULTIPLIER + increment) & MASK;
    const folded = (state >> 64n) ^ (state & 0xffffffffffffffffn);
    const rotation = state >> 122n;
    yield ((folded >> rotation) | (folded << (64n - rotation))) & 0xffffffffffffffffn;
  }
}

function stateOf(state: bigint, increment: bigint): PCG64State {
  return {
    bit_generator: "PCG64",
    state: { state: String(state), inc: String(increment) },
    has_uint32: 0,
    uinteger: 0,
  };
}

describe("PCG64", () => {
  it.each(["pcg64-testset-1.csv", "pcg64-testset-2.csv"])("gives NumPy's test vector %s", (file) => {
    const lines = readFileSync(new URL(`fixtures/${file}`, import.meta.url), "utf8")
      .trim()
      .split("\n");
    const [seed, ...outputs] = lines.map((line) => BigInt(line.split(",")[1].trim()));
    const bits = new PCG64(seed);
    expect(outputs).toHaveLength(1000);
    expect(outputs.map(() => bits.nextUint64())).toEqual(outputs);
  });

  interface Recorded {
    readonly seed: Seed;
    readonly raw: bigint[];
    readonly advanced: PCG64State;
    readonly jumped: PCG64State;
  }

  it.each(recorded<Recorded[]>("pcg64").map((entry) => [String(entry.seed), entry] as const))(
    "starts, advances and jumps as NumPy recorded for seed %s",
    (_name, { seed, raw, advanced, jumped }) => {
      const bits = new PCG64(seed);
      expect(raw.map(() => bits.nextUint64())).toEqual(raw);
      expect(new PCG64(seed).advance(2n ** 70n + 12345n).state).toEqual(advanced);
      expect(new PCG64(seed).jumped(3).state).toEqual(jumped);
    },
  );

  it("steps as the 128-bit definition does, from any state", () => {
    const word = fc.bigInt({ min: 0n, max: MASK });
    // Runs of set and clear bits make carries travel.
    const hard = fc
      .tuple(fc.nat(127), fc.nat(127))
      .map(([a, b]) => ((1n << BigInt(a)) - (1n << BigInt(b))) & MASK);
    fc.assert(
      fc.property(fc.oneof(word, hard), fc.oneof(word, hard), (state, increment) => {
        const bits = new PCG64(0);
        bits.state = stateOf(state, increment);
        const expected = definition(state, increment);
        for (let i = 0; i < 8; i++) expect(bits.nextUint64()).toBe(expected.next().value);
      }),
      { numRuns: 500 },
    );
  });

  it("hands out the low half of an output first and keeps the high half", () => {
    const bits = new PCG64(5);
    const whole = new PCG64(5).nextUint64();
    expect(BigInt(bits.nextUint32())).toBe(whole & 0xffffffffn);
    expect(bits.state.has_uint32).toBe(1);
    bits.nextDouble();
    expect(BigInt(bits.nextUint32())).toBe(whole >> 32n);
    expect(bits.state.has_uint32).toBe(0);
  });

  it("continues exactly from a state that went through JSON, buffered half included", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: MASK }), fc.nat(20), (seed, draws) => {
        const bits = new PCG64(seed);
        for (let i = 0; i < draws; i++) bits.nextUint32();
        const saved = JSON.parse(JSON.stringify(bits.state)) as PCG64State;
        const expected = [bits.nextUint32(), bits.nextUint32(), bits.nextDouble()];
        const other = new PCG64(0);
        other.state = saved;
        expect(other.state).toEqual(saved);
        expect([other.nextUint32(), other.nextUint32(), other.nextDouble()]).toEqual(expected);
      }),
    );
  });

  it("advances as many steps as drawing would, and back", () => {
    const walked = new PCG64(3);
    for (let i = 0; i < 1000; i++) walked.step();
    expect(new PCG64(3).advance(1000n).state).toEqual(walked.state);
    expect(walked.advance(-1000n).state).toEqual(new PCG64(3).state);
    expect(new PCG64(3).advance(1n << 128n).state).toEqual(new PCG64(3).state);
  });

  it("takes a SeedSequence and spawns from it", () => {
    const children = new PCG64(new SeedSequence(9)).spawn(2);
    expect(children.map((child) => child.seedSequence.spawnKey)).toEqual([[0], [1]]);
    expect(children[0].nextUint64()).not.toBe(children[1].nextUint64());
  });

  it("refuses what is not the state of a PCG64", () => {
    const bits = new PCG64(0);
    const good = bits.state;
    const bad: unknown[] = [
      null,
      {},
      { ...good, bit_generator: "MT19937" },
      { ...good, state: { state: "-1", inc: good.state.inc } },
      { ...good, state: { state: good.state.state, inc: String(1n << 128n) } },
      { ...good, state: { state: Number(good.state.state), inc: good.state.inc } },
      { ...good, has_uint32: 2 },
      { ...good, uinteger: 2 ** 32 },
      { ...good, uinteger: 0.5 },
    ];
    for (const state of bad) {
      expect(() => {
        bits.state = state as PCG64State;
      }).toThrow(expect.objectContaining({ code: "state" }));
    }
    expect(bits.state).toEqual(good);
  });
});
