import type { Env } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import { Box } from "../spaces/box.ts";
import type { Space } from "../spaces/space.ts";
import { requireBox } from "./require-box.ts";
import { TransformObservation } from "./transform-observation.ts";

/** Turns images `[height, width, 3]` of bytes into gray: 0.2125·red + 0.7154·green + 0.0721·blue. */
export class GrayscaleObservation<Action extends Space = Space> extends TransformObservation<
  Box<"uint8">,
  Action
> {
  readonly #keepDim: boolean;

  /**
   * @param keepDim - whether the shape keeps a last axis of 1.
   * @throws GymnasiumError `bad-space` for other spaces.
   */
  constructor(env: Env<Box<"uint8">, Action>, keepDim = false) {
    const { shape, dtype } = requireBox("GrayscaleObservation", env.observationSpace as Space);
    if (shape.length !== 3 || shape[2] !== 3 || dtype !== "uint8") {
      throw new GymnasiumError(
        "bad-space",
        `GrayscaleObservation needs images, got ${env.observationSpace}.`,
      );
    }
    const gray = new Box(0, 255, { shape: [...shape.slice(0, 2), ...(keepDim ? [1] : [])], dtype: "uint8" });
    super(
      env,
      (image) => {
        const out = new Uint8Array(gray.size);
        for (let i = 0; i < out.length; i++) {
          out[i] = image[3 * i]! * 0.2125 + image[3 * i + 1]! * 0.7154 + image[3 * i + 2]! * 0.0721;
        }
        return out;
      },
      gray,
    );
    this.#keepDim = keepDim;
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "GrayscaleObservation", args: [this.#keepDim] };
  }
}
