import { describe, expect, it } from "vitest";
import { Env, type ResetResult, type StepResult } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import { Box } from "../spaces/box.ts";
import { Discrete } from "../spaces/discrete.ts";
import { SyncVectorEnv } from "../vector/sync-vector-env.ts";
import { applyWrapper } from "./built-in-wrappers.ts";
import { areaResizer } from "./resize-area.ts";
import { ResizeObservation } from "./resize-observation.ts";
import { VectorizeTransformObservation } from "./vector/vectorize.ts";

/** Shows one image and, after a step, its negative. */
class Slides extends Env<Box<"uint8">, Discrete> {
  readonly observationSpace: Box<"uint8">;
  readonly actionSpace: Discrete = new Discrete(1);
  readonly #image: Uint8Array;

  constructor(image: Uint8Array, shape: readonly number[], high = 255) {
    super();
    this.observationSpace = new Box(0, high, { shape, dtype: "uint8" });
    this.#image = image;
  }

  override reset(): ResetResult<Uint8Array> {
    return [this.#image, {}];
  }

  override step(): StepResult<Uint8Array> {
    return [this.#image.map((byte) => 255 - byte), 0, false, false, {}];
  }
}

const noise = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 7919 + (i >> 3) * 31) % 256);

describe("areaResizer", () => {
  it("equals the mean of blocks for whole factors, in every channel", () => {
    const [height, width, rows, columns, channels] = [12, 10, 4, 2, 3];
    const image = noise(height * width * channels);
    const out = areaResizer([height, width], [rows, columns], channels)(image);
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        for (let channel = 0; channel < channels; channel++) {
          let sum = 0;
          for (let dy = 0; dy < 3; dy++)
            for (let dx = 0; dx < 5; dx++)
              sum += image[((y * 3 + dy) * width + x * 5 + dx) * channels + channel]!;
          // 15 is odd: no mean lies halfway.
          expect(out[(y * columns + x) * channels + channel]).toBe(Math.round(sum / 15));
        }
      }
    }
  });

  it.each([
    // [3 → 2]: (1·0 + ½·90)/1.5 = 30, (½·90 + 1·240)/1.5 = 190
    ["parts of pixels", [1, 3], [1, 2], [0, 90, 240], [30, 190]],
    // [5 → 2]: (10 + 20 + ½·30)/2.5 = 18, (½·30 + 40 + 50)/2.5 = 42
    ["parts of pixels down a column", [5, 1], [2, 1], [10, 20, 30, 40, 50], [18, 42]],
    // corner of 3 × 3 → 2 × 2: (1·0 + ½·0 + ½·0 + ¼·225)/2.25 = 25
    ["both ways", [3, 3], [2, 2], [0, 0, 0, 0, 225, 0, 0, 0, 0], [25, 25, 25, 25]],
    // halves: 2.5 of 2 × 2 goes up, 2.5 and 3.5 of 1 × 2 go to even
    ["halves of 2 × 2", [2, 2], [1, 1], [2, 3, 2, 3], [3]],
    ["halves otherwise", [1, 4], [1, 2], [2, 3, 3, 4], [2, 4]],
    // [2 → 4]: pixels of the result lie inside of one pixel each
    ["enlarging by a whole factor copies", [1, 2], [1, 4], [10, 200], [10, 10, 200, 200]],
    // [2 → 3]: the middle one lies half on either: right end 2 − 1.5 = ½
    ["enlarging blends on borders", [1, 2], [1, 3], [10, 200], [10, 105, 200]],
    ["the same size", [2, 2], [2, 2], [1, 2, 3, 4], [1, 2, 3, 4]],
  ] as const)("%s", (_, from, to, image, expected) => {
    expect(Array.from(areaResizer(from, to, 1)(Uint8Array.from(image)))).toEqual(expected);
  });

  it.each([
    [
      [7, 11],
      [5, 3],
    ],
    [
      [400, 600],
      [84, 84],
    ],
    [
      [5, 6],
      [9, 13],
    ],
    [
      [5, 20],
      [9, 7],
    ],
    [
      [3, 3],
      [1, 1],
    ],
  ] as const)("%j to %j: a constant image stays constant, others stay within their bounds", (from, to) => {
    const resize = areaResizer(from, to, 2);
    const flat = resize(new Uint8Array(from[0] * from[1] * 2).fill(137));
    expect(flat).toEqual(new Uint8Array(to[0] * to[1] * 2).fill(137));
    const image = noise(from[0] * from[1] * 2).map((byte) => 40 + (byte % 100));
    for (const byte of resize(image)) expect(byte >= 40 && byte < 140).toBe(true);
  });

  it("keeps the brightness of an image that shrinks by parts of pixels", () => {
    const image = noise(40 * 60);
    const mean = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum + byte, 0) / bytes.length;
    expect(Math.abs(mean(areaResizer([40, 60], [17, 23], 1)(image)) - mean(image))).toBeLessThan(0.3);
  });
});

describe("ResizeObservation", () => {
  const image = noise(8 * 6 * 3);

  it("changes observations and their space, and is made again by its spec", () => {
    const env = new ResizeObservation(new Slides(image, [8, 6, 3]), [4, 3]);
    expect(env.observationSpace.shape).toEqual([4, 3, 3]);
    const resize = areaResizer([8, 6], [4, 3], 3);
    expect(env.reset()[0]).toEqual(resize(image));
    expect(env.step(0)[0]).toEqual(resize(image.map((byte) => 255 - byte)));
    expect(env.observationSpace.contains(env.step(0)[0])).toBe(true);
    const again = applyWrapper(new Slides(image, [8, 6, 3]) as unknown as Env, {
      name: "ResizeObservation",
      args: [[4, 3]],
    });
    expect(again.reset()[0]).toEqual(env.reset()[0]);
  });

  it("keeps images without channels so, also in vectors", () => {
    const gray = noise(6 * 6);
    const env = new ResizeObservation(new Slides(gray, [6, 6]), [2, 2]);
    expect(env.observationSpace.shape).toEqual([2, 2]);
    const envs = new VectorizeTransformObservation(
      new SyncVectorEnv([() => new Slides(gray, [6, 6]), () => new Slides(gray, [6, 6])]),
      (single) => new ResizeObservation(single, [2, 2]),
    );
    const [observations] = envs.reset() as [Uint8Array, unknown];
    const one = env.reset()[0];
    expect(observations).toEqual(Uint8Array.of(...one, ...one));
  });

  it.each([
    ["another space", () => new ResizeObservation(new Slides(image, [144]), [2, 2]), "bad-space"],
    ["other bounds", () => new ResizeObservation(new Slides(image, [8, 6, 3], 7), [2, 2]), "bad-space"],
    ["a size of 0", () => new ResizeObservation(new Slides(image, [8, 6, 3]), [0, 2]), "bad-kwarg"],
    ["parts", () => new ResizeObservation(new Slides(image, [8, 6, 3]), [2.5, 2]), "bad-kwarg"],
    ["one number", () => new ResizeObservation(new Slides(image, [8, 6, 3]), 84 as never), "bad-kwarg"],
  ])("refuses %s", (_, run, code) => {
    expect(run).toThrow(GymnasiumError);
    expect(run).toThrow(expect.objectContaining({ code }));
  });
});
