import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import type { RgbFrame } from "../env.ts";
import { readGif } from "../fixtures/read-gif.ts";
import { AnimatedGif, type GifModule } from "./animated-gif.ts";

function frameOf(width: number, height: number, color: (pixel: number) => readonly number[]): RgbFrame {
  const data = Uint8Array.from({ length: width * height }, () => 0);
  const pixels = Array.from(data, (_, pixel) => color(pixel)).flat();
  return { width, height, data: Uint8Array.from(pixels) };
}

function record(framesPerSecond: number, frames: readonly RgbFrame[]): ReturnType<typeof readGif> {
  const gif = new AnimatedGif(framesPerSecond);
  for (const frame of frames) gif.add(frame);
  expect(gif.frameCount).toBe(frames.length);
  return readGif(gif.finish());
}

describe("AnimatedGif", () => {
  it("shows exactly the frames it was given, unchanged and black pixels too", () => {
    const frames = [
      frameOf(7, 5, (pixel) => [pixel, 0, 255 - pixel]),
      frameOf(7, 5, (pixel) => [pixel, pixel === 9 ? 200 : 0, 255 - pixel]),
      frameOf(7, 5, (pixel) => [pixel, pixel === 9 ? 200 : 0, 255 - pixel]),
      frameOf(7, 5, () => [0, 0, 0]),
    ];
    const shown = record(25, frames);
    expect([shown.width, shown.height]).toEqual([7, 5]);
    expect(shown.frames.map(({ rgb }) => rgb)).toEqual(frames.map(({ data }) => data));
  });

  it("keeps 255 new colors exact and approximates more", () => {
    const colored = (count: number): RgbFrame =>
      frameOf(32, 32, (pixel) => [(pixel % count) & 255, (pixel % count) >> 2, 40]);
    expect(record(10, [colored(255)]).frames[0]!.rgb).toEqual(colored(255).data);
    const many = colored(1000);
    const { rgb } = record(10, [many]).frames[0]!;
    const distance = rgb.reduce((sum, value, i) => sum + Math.abs(value - many.data[i]!), 0) / rgb.length;
    expect(distance).toBeGreaterThan(0);
    expect(distance).toBeLessThan(8);
  });

  it("plays at the given rate on average, and at 50 frames per second at most", () => {
    const still = frameOf(2, 2, () => [1, 2, 3]);
    const delays = (rate: number): number[] =>
      record(
        rate,
        Array.from({ length: 6 }, () => still),
      ).frames.map(({ delay }) => delay);
    expect(delays(4)).toEqual([25, 25, 25, 25, 25, 25]);
    expect(delays(30)).toEqual([3, 4, 3, 3, 4, 3]);
    expect(delays(50)).toEqual([2, 2, 2, 2, 2, 2]);
    expect(delays(200)).toEqual([2, 2, 2, 2, 2, 2]);
  });

  it("takes the module gifenc, as browsers must give it", () => {
    const require = createRequire(import.meta.url);
    const gifenc = require("gifenc") as GifModule;
    const frame = frameOf(3, 1, (pixel) => [pixel, 7, 9]);
    let made = 0;
    const counted: GifModule = {
      ...gifenc,
      GIFEncoder: () => {
        made += 1;
        return gifenc.GIFEncoder();
      },
    };
    const gif = new AnimatedGif(10, counted);
    gif.add(frame);
    expect(readGif(gif.finish()).frames[0]!.rgb).toEqual(frame.data);
    expect(made).toBe(1);
  });

  it("refuses frames of another size and impossible rates", () => {
    const gif = new AnimatedGif(10);
    gif.add(frameOf(2, 2, () => [0, 0, 0]));
    expect(() => gif.add(frameOf(2, 3, () => [0, 0, 0]))).toThrow(/2×3 after 2×2/);
    for (const rate of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => new AnimatedGif(rate)).toThrow(expect.objectContaining({ code: "bad-kwarg" }));
    }
  });
});
