import { expect, it } from "vitest";
import { recorded, sha256 } from "./fixtures/recorded.ts";
import { log1p32 } from "./log1p32.ts";

it("agrees with the C library in every argument a float32 draw can give", () => {
  const values = new Float32Array(2 ** 24);
  for (let m = 0; m < values.length; m++) values[m] = log1p32(-m * 2 ** -24);
  expect(sha256(values)).toBe(recorded<{ sha256: string }>("log1p32").sha256);
});

it("lies within one unit in the last place of the logarithm", () => {
  let worst = 0;
  for (let m = 1; m < 2 ** 24; m += 997) {
    const exact = Math.log1p(-m * 2 ** -24);
    const unit = 2 ** (Math.floor(Math.log2(-exact)) - 23);
    worst = Math.max(worst, Math.abs(log1p32(-m * 2 ** -24) - exact) / unit);
  }
  expect(worst).toBeLessThan(1);
});
