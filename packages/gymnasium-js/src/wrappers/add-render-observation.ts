import type { Env, RgbFrame } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import { Box } from "../spaces/box.ts";
import { Dict } from "../spaces/dict.ts";
import type { Space } from "../spaces/space.ts";
import { TransformObservation } from "./transform-observation.ts";

/**
 * Shows the picture of the environment as observation, `Uint8Array` of shape `[height, width, 3]`: alone, or together
 * with the original observation as `{ state, pixels }` (in a `Dict` observation under one more key).
 *
 * The environment must have been made with `renderMode: "rgb_array"`; it is reset once to see how large pictures are.
 *
 * Source: `gymnasium.wrappers.AddRenderObservation` 1.3.0.
 *
 * @example new AddRenderObservation(make("CartPole-v1", { renderMode: "rgb_array" }))   // Box(0, 255, [400, 600, 3])
 */
export class AddRenderObservation<
  Observation extends Space = Box<"uint8">,
  Action extends Space = Space,
> extends TransformObservation<Observation, Action, Space> {
  readonly #args: readonly [boolean, string, string];

  /**
   * @param renderOnly - whether the picture replaces the observation.
   * @param renderKey - the name of the picture beside an observation.
   * @param obsKey - the name of an observation that is not a `Dict`.
   * @throws GymnasiumError `unsupported-mode` unless `render` gives single pictures; `bad-kwarg` if the key is taken.
   */
  constructor(env: Env<Space, Action>, renderOnly = true, renderKey = "pixels", obsKey = "state") {
    const inner = env.observationSpace;
    if (env.renderMode === null) {
      throw new GymnasiumError(
        "unsupported-mode",
        `AddRenderObservation needs pictures: make ${env} with renderMode "rgb_array".`,
      );
    }
    if (!renderOnly && (inner instanceof Dict ? renderKey in inner.spaces : renderKey === obsKey)) {
      throw new GymnasiumError("bad-kwarg", `The key ${renderKey} is taken; choose another renderKey.`);
    }
    env.reset();
    const { height, width } = pictureOf(env as Env);
    const pictures = new Box(0, 255, { shape: [height, width, 3], dtype: "uint8" }) as Space;
    const see = (): Uint8Array => pictureOf(env as Env).data;
    let space = pictures;
    let change: (observation: unknown) => unknown = see;
    if (!renderOnly && inner instanceof Dict) {
      space = new Dict({ [renderKey]: pictures, ...inner.spaces }) as Space;
      change = (observation) => ({ [renderKey]: see(), ...(observation as object) });
    } else if (!renderOnly) {
      space = new Dict({ [obsKey]: inner, [renderKey]: pictures }) as Space;
      change = (observation) => ({ [obsKey]: observation, [renderKey]: see() });
    }
    super(env, change as never, space as Observation);
    this.#args = [renderOnly, renderKey, obsKey];
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "AddRenderObservation", args: this.#args };
  }
}

function pictureOf(env: Env): RgbFrame {
  const frame = env.render();
  if (frame !== null && typeof frame === "object" && "data" in frame) return frame;
  throw new GymnasiumError(
    "unsupported-mode",
    `AddRenderObservation needs single pictures, renderMode ${env.renderMode} gives others; use "rgb_array".`,
  );
}
