import type { Env } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import { Box } from "../spaces/box.ts";
import { describe, type Space } from "../spaces/space.ts";
import { requireBox } from "./require-box.ts";
import { areaResizer } from "./resize-area.ts";
import { TransformObservation } from "./transform-observation.ts";

/**
 * Resizes images of bytes, `[height, width]` or `[height, width, channels]`, by averaging areas.
 *
 * Every pixel of a smaller image is the mean of the area that it covers; see `areaResizer` in the source for rounding
 * and enlarging. Gymnasium calls OpenCV's `INTER_AREA`, whose rules these are: bytes may differ by 1 where the image
 * does not shrink by whole factors.
 *
 * Source: `gymnasium.wrappers.ResizeObservation` 1.3.0.
 *
 * @example new ResizeObservation(new AddRenderObservation(env), [84, 84])
 */
export class ResizeObservation<Action extends Space = Space> extends TransformObservation<
  Box<"uint8">,
  Action
> {
  readonly #shape: readonly [number, number];

  /**
   * @param shape - rows and columns of what is seen.
   * @throws GymnasiumError `bad-space` unless observations are images of bytes 0 … 255; `bad-kwarg` for a wrong shape.
   */
  constructor(env: Env<Box<"uint8">, Action>, shape: readonly [number, number]) {
    const box = requireBox("ResizeObservation", env.observationSpace as Space);
    const [height, width, channels] = box.shape;
    const isBytes =
      box.dtype === "uint8" &&
      Array.from(box.low).every((low) => low === 0) &&
      Array.from(box.high).every((high) => high === 255);
    if (!isBytes || box.shape.length < 2 || box.shape.length > 3) {
      throw new GymnasiumError(
        "bad-space",
        `ResizeObservation needs images: a Box(0, 255) of uint8 and 2 or 3 axes, got ${box}.`,
      );
    }
    if (
      !Array.isArray(shape) ||
      shape.length !== 2 ||
      !shape.every((size) => Number.isInteger(size) && size > 0)
    ) {
      throw new GymnasiumError(
        "bad-kwarg",
        `ResizeObservation takes [rows, columns], two whole numbers ≥ 1, got ${describe(shape)}.`,
      );
    }
    const [rows, columns] = shape;
    const resize = areaResizer([height!, width!], [rows, columns], channels ?? 1);
    super(env, resize, new Box(0, 255, { shape: [rows, columns, ...box.shape.slice(2)], dtype: "uint8" }));
    this.#shape = [rows, columns];
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "ResizeObservation", args: [this.#shape] };
  }
}
