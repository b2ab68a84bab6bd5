import { GradbridgeError } from "@gradbridge/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { discountedReturns } from "./discounted-returns.ts";
import { gae } from "./gae.ts";
import { vtraceTargets } from "./vtrace-targets.ts";

const bytes = (...flags: number[]): Uint8Array => Uint8Array.from(flags);
const floats = (...values: number[]): Float32Array => Float32Array.from(values);

/** Four steps of two environments. The first is terminated at t = 1, the second truncated at t = 2. */
const table = {
  steps: 4,
  numEnvs: 2,
  reward: floats(1, 2, 1, 2, 1, 2, 1, 2),
  terminated: bytes(0, 0, 1, 0, 0, 0, 0, 0),
  truncated: bytes(0, 0, 0, 0, 0, 1, 0, 0),
  value: floats(4, 8, 4, 8, 4, 8, 4, 8),
  nextValue: floats(4, 8, 0, 8, 4, 16, 6, 10),
};

describe("gae", () => {
  it("gives the table computed by hand (γ = λ = ½)", () => {
    const { advantage, return: returns } = gae(table, { gamma: 0.5, lambda: 0.5 });
    // environment 0, backwards: δ₃ = 1 + 3 − 4 = 0; δ₂ = 1 + 2 − 4 = −1 + ¼·0; δ₁ = 1 − 4 = −3 (terminated);
    // δ₀ = 1 + 2 − 4 = −1, −1 + ¼·(−3) = −1.75
    // environment 1, backwards: δ₃ = 2 + 5 − 8 = −1; δ₂ = 2 + 8 − 8 = 2 (truncated: not followed);
    // δ₁ = 2 + 4 − 8 = −2, −2 + ¼·2 = −1.5; δ₀ = −2 + ¼·(−1.5) = −2.375
    expect([...advantage]).toEqual([-1.75, -2.375, -3, -1.5, -1, 2, 0, -1]);
    expect([...returns]).toEqual([2.25, 5.625, 1, 6.5, 3, 10, 4, 7]);
  });

  it("with λ = 1 is the discounted return minus the value, with λ = 0 the one-step error", () => {
    const flags = fc.array(fc.constantFrom(0, 0, 0, 1), { minLength: 6, maxLength: 6 });
    const numbers = fc.array(fc.float({ min: -9, max: 9, noNaN: true }), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(
        flags,
        flags,
        numbers,
        numbers,
        numbers,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (e, u, r, v, n, gamma) => {
          const sequences = {
            steps: 3,
            numEnvs: 2,
            reward: floats(...r),
            terminated: bytes(...e),
            truncated: bytes(...u),
            value: floats(...v),
            nextValue: floats(...n.map((value, i) => (e[i] === 1 ? 0 : value))),
          };
          // inside an episode the next value is the value of the next step
          for (let i = 0; i < 4; i++) if (e[i] === 0 && u[i] === 0) sequences.nextValue[i] = v[i + 2]!;
          const returns = discountedReturns(sequences, { gamma });
          gae(sequences, { gamma, lambda: 1 }).advantage.forEach((value, i) => {
            expect(value).toBeCloseTo(returns[i]! - v[i]!, 3);
          });
          gae(sequences, { gamma, lambda: 0 }).advantage.forEach((value, i) => {
            expect(value).toBeCloseTo(r[i]! + gamma * (e[i] === 1 ? 0 : sequences.nextValue[i]!) - v[i]!, 3);
          });
        },
      ),
    );
  });

  it("refuses arrays of another size and coefficients outside [0, 1]", () => {
    expect(() => gae({ ...table, value: floats(1) }, { gamma: 1, lambda: 1 })).toThrow(GradbridgeError);
    expect(() => gae(table, { gamma: 1.1, lambda: 1 })).toThrow(/gamma/);
  });
});

describe("discountedReturns", () => {
  it("gives the table computed by hand (γ = ½), with and without values", () => {
    // environment 0: 1 + ½·6 = 4, 1 + ½·4 = 3 | 1, 1 + ½·1 = 1.5
    // environment 1: 2 + ½·10 = 7 | 2 + ½·16 = 10, 2 + ½·10 = 7, 2 + ½·7 = 5.5
    expect([...discountedReturns(table, { gamma: 0.5 })]).toEqual([1.5, 5.5, 1, 7, 3, 10, 4, 7]);
    const { nextValue: _, value: __, ...rewards } = table;
    expect([...discountedReturns(rewards, { gamma: 0.5 })]).toEqual([1.5, 3.5, 1, 3, 1.5, 2, 1, 2]);
  });
});

describe("vtraceTargets", () => {
  /** Three steps of two environments. The second is truncated at t = 1 and terminated at t = 2. */
  const offPolicy = {
    steps: 3,
    numEnvs: 2,
    reward: floats(1, 2, 1, 2, 1, 2),
    terminated: bytes(0, 0, 0, 0, 0, 1),
    truncated: bytes(0, 0, 0, 1, 0, 0),
    value: floats(4, 8, 4, 8, 4, 8),
    nextValue: floats(4, 8, 4, 16, 6, 0),
    ratio: floats(2, 0.5, 0.5, 2, 1, 0.25),
  };

  it("gives the table computed by hand (γ = ½, ρ̄ = c̄ = 1)", () => {
    // environment 0, backwards: one-step errors 1 + 3 − 4 = 0, 1 + 2 − 4 = −1, −1;
    // e₂ = 1·0; A₁ = −1 + ½·0, e₁ = ½·(−1) + ½·½·0 = −½; A₀ = −1 + ½·(−½) = −1.25, e₀ = 1·(−1) + ½·1·(−½) = −1.25
    // environment 1: −8 + 2 = −6 (terminated), e₂ = ¼·(−6) = −1.5; 2 + 8 − 8 = 2 (truncated), e₁ = 1·2;
    // 2 + 4 − 8 = −2: A₀ = −2 + ½·2 = −1, e₀ = ½·(−2) + ½·½·2 = −½
    const { return: targets, advantage } = vtraceTargets(offPolicy, { gamma: 0.5 });
    expect([...targets]).toEqual([2.75, 7.5, 3.5, 10, 4, 6.5]);
    expect([...advantage]).toEqual([-1.25, -1, -1, 2, 0, -6]);
  });

  it("cuts ρ off at ρ̄ and c at c̄, each on its own", () => {
    // ρ̄ = 2: environment 0: e₀ = 2·(−1) + ½·1·(−½) = −2.25; environment 1: e₁ = 2·2 = 4, A₀ = −2 + ½·4 = 0, e₀ = −1 + ½·½·4
    const wide = vtraceTargets(offPolicy, { gamma: 0.5, rhoClip: 2 });
    expect([...wide.return]).toEqual([1.75, 8, 3.5, 12, 4, 6.5]);
    expect([...wide.advantage]).toEqual([-1.25, 0, -1, 2, 0, -6]);
    // c̄ = ¼: environment 0: e₀ = −1 + ½·¼·(−½); environment 1: e₀ = ½·(−2) + ½·¼·2 = −0.75
    const short = vtraceTargets(offPolicy, { gamma: 0.5, cClip: 0.25 });
    expect([...short.return]).toEqual([2.9375, 7.25, 3.5, 10, 4, 6.5]);
  });

  it("shortens with λ what later errors count, in targets and advantages", () => {
    // environment 0: A₀ = −1 + ½·½·(−½), e₀ the same; environment 1: A₀ = −2 + ¼·2, e₀ = −1 + ¼·½·2
    const { return: targets, advantage } = vtraceTargets(offPolicy, { gamma: 0.5, lambda: 0.5 });
    expect([...targets]).toEqual([2.875, 7.25, 3.5, 10, 4, 6.5]);
    expect([...advantage]).toEqual([-1.125, -1.5, -1, 2, 0, -6]);
  });

  it("is gae where the policy that learns is the one that acted", () => {
    const ratio = new Float32Array(8).fill(1);
    const coefficients = { gamma: 0.9, lambda: 0.7 };
    const targets = vtraceTargets({ ...table, ratio }, coefficients);
    gae(table, coefficients).return.forEach((value, i) => {
      expect(targets.return[i]).toBeCloseTo(value, 5);
    });
  });

  it("refuses arrays that are missing", () => {
    const { ratio: _, ...acted } = offPolicy;
    expect(() => vtraceTargets(acted as never, { gamma: 1 })).toThrow(
      /vtraceTargets: ratio is missing; expected \[3, 2\]/,
    );
    const { value: _value, ...unvalued } = table;
    expect(() => gae(unvalued as never, { gamma: 1, lambda: 1 })).toThrow(/gae: value is missing/);
  });

  it("refuses ratios that are none", () => {
    const ratio = floats(1, 1, 1, -1, 1, 1);
    expect(() => vtraceTargets({ ...offPolicy, ratio }, { gamma: 1 })).toThrow(
      /ratio\[3\] must be 0 or more/,
    );
    expect(() => vtraceTargets(offPolicy, { gamma: 1, rhoClip: 0 })).toThrow(/rhoClip/);
    expect(() => vtraceTargets({ ...offPolicy, ratio: floats(1) }, { gamma: 1 })).toThrow(GradbridgeError);
  });
});
