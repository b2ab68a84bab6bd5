import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GradbridgeError } from "./errors.ts";
import { recorded, sha256 } from "./fixtures/recorded.ts";
import { type FloatArray, Generator, generator } from "./generator.ts";
import { PCG64, type PCG64State } from "./pcg64.ts";
import type { Seed } from "./seed-sequence.ts";

interface Call {
  readonly call: string;
  readonly arguments: readonly unknown[];
  readonly result: unknown;
  readonly array?: string;
  readonly length?: number;
  /** Only so many elements at either end were recorded. */
  readonly ends?: number;
}

type AnyArray = (number | bigint)[] & ArrayBufferView;

function newArray(name: string, length: number): AnyArray {
  const kinds = globalThis as unknown as Record<string, new (length: number) => AnyArray>;
  return new kinds[name](length);
}

function run(random: Generator, { call, array, length = 0, arguments: given, ends }: Call): unknown {
  if (call === "spawned") {
    const children = [...random.spawn(2), ...random.spawn(1)];
    return [...children, children[1].spawn(1)[0]].map((child) => child.random());
  }
  const method = (random as unknown as Record<string, (...rest: unknown[]) => unknown>)[call].bind(random);
  if (array !== undefined) return Array.from(method(newArray(array, length), ...given) as AnyArray);
  if (call === "shuffle") {
    const values = [...(given[0] as number[])];
    method(values);
    return values;
  }
  const result = method(...given);
  return ends === undefined
    ? result
    : [...(result as number[]).slice(0, ends), ...(result as number[]).slice(-ends)];
}

describe("what NumPy recorded", () => {
  interface Program {
    readonly seed: Seed;
    readonly calls: readonly Call[];
    readonly state: PCG64State;
  }
  const programs = recorded<Program[]>("generator");

  it.each(programs.map((program) => [String(program.seed), program] as const))(
    "every method, seed %s",
    (_name, { seed, calls, state }) => {
      const random = generator(seed);
      for (const [i, entry] of calls.entries()) {
        const got = run(random, entry);
        const label = `call ${i}: ${entry.call}(${String(entry.array ?? "")} ${String(entry.arguments)})`;
        const shape = entry.arguments[0] as number;
        if (entry.call === "standardGamma" && shape > 0 && shape < 1) {
          // A power of 1 / shape: the engine's last bit, and that of the logarithm under it, 1 / shape times over.
          const expected = entry.result as number;
          const tolerance = expected * (2 + 2 / shape) * 2 ** -52;
          expect(Math.abs((got as number) - expected), label).toBeLessThanOrEqual(tolerance);
        } else {
          expect(got, label).toEqual(entry.result);
        }
      }
      expect(calls.length).toBeGreaterThan(400);
      expect(random.state).toEqual(state);
    },
  );

  interface Stream extends Call {
    readonly seed: Seed;
    readonly length: number;
    readonly array: string;
    readonly sha256: string;
    readonly state: PCG64State;
  }

  it.each(
    recorded<Stream[]>("long-streams").map((entry) => [entry.call, entry.array, entry.seed, entry] as const),
  )("2^20 draws of %s into %s, seed %s", (_call, _array, _seed, entry) => {
    const random = generator(entry.seed);
    const out = newArray(entry.array, entry.length);
    const method = (random as unknown as Record<string, (...rest: unknown[]) => unknown>)[entry.call];
    method.call(random, out, ...entry.arguments);
    expect(sha256(out as unknown as Float64Array)).toBe(entry.sha256);
    expect(random.state).toEqual(entry.state);
  });

  interface Rejections {
    readonly seed: number;
    readonly draws: number;
    readonly programs: readonly [method: string, parameters: number[], sha256: string][];
    readonly state: PCG64State;
  }

  it.each(recorded<Rejections[]>("rejections").map((entry) => [entry.seed, entry] as const))(
    "every branch of the rejection loops, seed %s",
    (_seed, { seed, draws, programs: loops, state }) => {
      const random = generator(seed);
      for (const [method, parameters, hash] of loops) {
        const draw = (random as unknown as Record<string, (...rest: number[]) => number>)[method];
        const values = Float64Array.from({ length: draws }, () => draw.apply(random, parameters));
        expect(sha256(values), `${method}(${parameters})`).toBe(hash);
      }
      expect(random.state).toEqual(state);
    },
  );
});

describe("generator", () => {
  it("without a seed takes fresh entropy every time", () => {
    const [a, b] = [generator(), generator()];
    expect(a.state).not.toEqual(b.state);
    expect(generator(a.bitGenerator.seedSequence.entropy).state).toEqual(a.state);
  });

  it("gives the numbers in the README", () => {
    const random = generator(42);
    expect(random.random()).toBe(0.7739560485559633);
    expect(random.integers(0, 10)).toBe(6);
    expect(random.normal(0, 2)).toBe(1.5009023916129145);
    expect(random.choice(["a", "b", "c"], { p: [0.2, 0.5, 0.3] })).toBe("b");
  });

  it("draws from a bit generator it is given", () => {
    const bits = new PCG64(3);
    bits.step();
    expect(generator(bits).bitGenerator).toBe(bits);
    expect(new Generator(new PCG64(3)).random()).toBe(generator(3).random());
  });

  it("continues exactly from a restored state, whatever was drawn before", () => {
    const draws: ((random: Generator) => unknown)[] = [
      (random) => random.random(),
      (random) => random.random("float32"),
      (random) => random.normal(),
      (random) => random.integers(10),
      (random) => random.integers(7, null, { dtype: "int8" }),
      (random) => random.choice(9, { p: new Array(9).fill(1 / 9) }),
      (random) => random.permutation(4),
      (random) => Array.from(random.fillIntegers(new Int8Array(3), 0, 2)),
    ];
    const program = fc.array(fc.constantFrom(...draws), { maxLength: 12 });
    fc.assert(
      fc.property(fc.nat(), program, program, (seed, before, after) => {
        const random = generator(seed);
        for (const draw of before) draw(random);
        const saved = JSON.parse(JSON.stringify(random.state)) as PCG64State;
        const expected = after.map((draw) => draw(random));
        const other = generator(12345);
        other.restore(saved);
        expect(after.map((draw) => draw(other))).toEqual(expected);
        expect(other.state).toEqual(random.state);
      }),
    );
  });

  it("fills an array with what single draws give, where NumPy does", () => {
    const pairs: [(random: Generator, out: FloatArray) => void, (random: Generator) => number][] = [
      [(random, out) => random.fillRandom(out), (random) => random.random()],
      [(random, out) => random.fillUniform(out, -3, 5), (random) => random.uniform(-3, 5)],
      [(random, out) => random.fillStandardNormal(out), (random) => random.standardNormal()],
      [(random, out) => random.fillNormal(out, 1, 2), (random) => random.normal(1, 2)],
      [(random, out) => random.fillStandardExponential(out), (random) => random.standardExponential()],
      [(random, out) => random.fillExponential(out, 0.5), (random) => random.exponential(0.5)],
    ];
    for (const [fill, draw] of pairs) {
      const single = generator(8);
      for (const out of [new Float64Array(300), new Array<number>(300).fill(0)]) {
        const random = generator(8);
        single.restore(random.state);
        fill(random, out);
        expect(Array.from(out)).toEqual(Array.from({ length: 300 }, () => draw(single)));
      }
    }
  });

  it("keeps what it documents about ranges", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.double({ noNaN: true, min: -1e300, max: 1e300 }),
        fc.nat(1e6),
        (seed, low, span) => {
          const random = generator(seed);
          const value = random.uniform(low, low + span);
          expect(value).toBeGreaterThanOrEqual(low);
          expect(value).toBeLessThanOrEqual(low + span);
          expect(random.exponential(span)).toBeGreaterThanOrEqual(0);
          expect(random.poisson(span)).toBeGreaterThanOrEqual(0);
          expect(random.binomial(span, 0.3)).toBeLessThanOrEqual(span);
          expect(random.multinomial(span, [0.2, 0.5, 0.3]).reduce((a, b) => a + b)).toBe(span);
        },
      ),
    );
  });

  it("never rounds a float32 in [0, 1) up to 1", () => {
    // A float64 this close to 1 becomes 1 as a float32; the float32 algorithm must not give it.
    const bits = new PCG64(0);
    bits.nextFloat = () => (0xffffffff >>> 8) * 2 ** -24;
    const [value] = generator(bits).fillRandom(new Float32Array(1));
    expect(value).toBe(1 - 2 ** -24);
  });

  it("gives spawned children streams of their own", () => {
    const random = generator(5);
    const streams = [random, ...random.spawn(3), ...random.spawn(2)].map((child) => child.random());
    expect(new Set(streams).size).toBe(6);
  });

  it.each<[string, string, () => unknown]>([
    ["high below low", "range", () => generator(0).uniform(1, 0)],
    ["a NaN bound", "range", () => generator(0).uniform(0, Number.NaN)],
    ["an infinite distance", "range", () => generator(0).uniform(-1.7e308, 1.7e308)],
    ["high below low in a fill", "range", () => generator(0).fillUniform([0], 1, 0)],
    ["a negative deviation", "range", () => generator(0).normal(0, -1)],
    ["a NaN deviation", "range", () => generator(0).fillNormal([0], 0, Number.NaN)],
    ["a negative scale", "range", () => generator(0).exponential(-1)],
    ["a negative scale in a fill", "range", () => generator(0).fillExponential([0], -1)],
    ["p of zero", "probability", () => generator(0).geometric(0)],
    ["p above one", "probability", () => generator(0).geometric(1.1)],
    ["a NaN p", "probability", () => generator(0).geometric(Number.NaN)],
    ["a negative shape", "range", () => generator(0).standardGamma(-1)],
    ["a negative gamma scale", "range", () => generator(0).gamma(1, -1)],
    ["a negative mean", "range", () => generator(0).poisson(-1)],
    ["a mean too large to count to", "range", () => generator(0).poisson(1e16)],
    ["fractional trials", "range", () => generator(0).binomial(1.5, 0.5)],
    ["p outside [0, 1]", "probability", () => generator(0).binomial(1, 1.5)],
    ["negative trials", "range", () => generator(0).multinomial(-1, [1])],
    ["probabilities above one together", "probability", () => generator(0).multinomial(1, [0.6, 0.6, 0])],
    ["no classes", "probability", () => generator(0).multinomial(1, [])],
    ["a negative size", "size", () => generator(0).permutation(-1)],
    ["a fractional size", "size", () => generator(0).permutation(1.5)],
    ["a negative seed", "seed", () => generator(-1)],
    ["a state of nothing", "state", () => generator(0).restore({} as PCG64State)],
  ])("refuses %s", (_what, code, act) => {
    expect(act).toThrow(expect.objectContaining({ code }));
    expect(act).toThrow(GradbridgeError);
  });
});
