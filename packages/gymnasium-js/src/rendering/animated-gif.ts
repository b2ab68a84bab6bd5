import type { RgbFrame } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import { optionalPackage } from "./optional-package.ts";

type Palette = readonly (readonly number[])[];

interface GifFrameOptions {
  readonly palette: Palette;
  /** Milliseconds. */
  readonly delay: number;
  readonly transparent: boolean;
  readonly transparentIndex: number;
  /** 1 leaves the picture in place for the next one. */
  readonly dispose: number;
}

/** What is used of the package gifenc. */
export interface GifModule {
  GIFEncoder(): {
    writeFrame(indices: Uint8Array, width: number, height: number, options: GifFrameOptions): void;
    finish(): void;
    bytes(): Uint8Array;
  };
  quantize(rgba: Uint8Array, maximum: number): Palette;
  applyPalette(rgba: Uint8Array, palette: Palette): Uint8Array;
}

/** The palette entry of pixels that stay as they are. */
const UNCHANGED = 0;
/** Viewers slow down what is shown for less than two hundredths of a second. */
const SHORTEST = 2;

/**
 * An animated picture that plays in a loop, written frame by frame: only what changed is stored, and colours are exact
 * as long as a frame changes to no more than 255 of them.
 *
 * A GIF counts hundredths of a second, so it plays at most 50 frames per second; other rates are kept on average.
 */
export class AnimatedGif {
  readonly #package: GifModule;
  readonly #encoder: ReturnType<GifModule["GIFEncoder"]>;
  readonly #framesPerSecond: number;
  #last: RgbFrame | null = null;
  #frameCount = 0;

  /**
   * @param gifenc - the module, where it cannot be found by its name: in browsers.
   * @throws GymnasiumError `missing-package` without gifenc, `bad-kwarg` unless `framesPerSecond` > 0.
   */
  constructor(framesPerSecond: number, gifenc: GifModule | null = null) {
    if (!(framesPerSecond > 0 && Number.isFinite(framesPerSecond))) {
      throw new GymnasiumError(
        "bad-kwarg",
        `Frames per second must be a number > 0, got ${framesPerSecond}.`,
      );
    }
    this.#package =
      gifenc ??
      optionalPackage<GifModule>(
        "gifenc",
        "Recording a GIF",
        "the option gifenc, which takes the imported module",
      );
    this.#encoder = this.#package.GIFEncoder();
    this.#framesPerSecond = framesPerSecond;
  }

  /** How many frames were added. */
  get frameCount(): number {
    return this.#frameCount;
  }

  /**
   * Adds a frame.
   *
   * @throws GymnasiumError `bad-result` if its size is not that of the first.
   */
  add(frame: RgbFrame): void {
    const last = this.#last;
    if (last !== null && (last.width !== frame.width || last.height !== frame.height)) {
      throw new GymnasiumError(
        "bad-result",
        `All frames of a video have one size; got ${frame.width}×${frame.height} after ${last.width}×${last.height}.`,
      );
    }
    const { indices, palette } = this.#exact(frame) ?? this.#approximate(frame);
    this.#encoder.writeFrame(indices, frame.width, frame.height, {
      palette,
      delay: this.#hundredths() * 10,
      transparent: last !== null,
      transparentIndex: UNCHANGED,
      dispose: 1,
    });
    this.#last = frame;
    this.#frameCount += 1;
  }

  /** The file. Nothing can be added afterwards. */
  finish(): Uint8Array {
    this.#encoder.finish();
    return this.#encoder.bytes();
  }

  #hundredths(): number {
    const ends = (frame: number): number => Math.round((100 * frame) / this.#framesPerSecond);
    return Math.max(ends(this.#frameCount + 1) - ends(this.#frameCount), SHORTEST);
  }

  /** Every changed color in the palette, or `null` if there are too many. */
  #exact({ data }: RgbFrame): { indices: Uint8Array; palette: Palette } | null {
    const before = this.#last?.data ?? null;
    const indices = new Uint8Array(data.length / 3);
    const palette: number[][] = [[0, 0, 0]];
    const known = new Map<number, number>();
    for (let pixel = 0, i = 0; pixel < indices.length; pixel++, i += 3) {
      const [red, green, blue] = [data[i]!, data[i + 1]!, data[i + 2]!];
      if (before !== null && before[i] === red && before[i + 1] === green && before[i + 2] === blue) continue;
      const color = (red << 16) | (green << 8) | blue;
      let index = known.get(color);
      if (index === undefined) {
        if (palette.length === 256) return null;
        index = palette.push([red, green, blue]) - 1;
        known.set(color, index);
      }
      indices[pixel] = index;
    }
    return { indices, palette };
  }

  /** The nearest of 255 colors chosen for this frame. */
  #approximate({ data }: RgbFrame): { indices: Uint8Array; palette: Palette } {
    const rgba = new Uint8Array((data.length / 3) * 4).fill(255);
    for (let from = 0, to = 0; from < data.length; from += 3, to += 4)
      rgba.set(data.subarray(from, from + 3), to);
    const palette = this.#package.quantize(rgba, 255);
    const nearest = this.#package.applyPalette(rgba, palette);
    return { indices: nearest.map((index) => index + 1), palette: [[0, 0, 0], ...palette] };
  }
}
