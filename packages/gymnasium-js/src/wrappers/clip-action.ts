import type { Env } from "../env.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import { Box } from "../spaces/box.ts";
import type { DType, NumericArray } from "../spaces/dtype.ts";
import type { Space } from "../spaces/space.ts";
import { requireBox } from "./require-box.ts";
import { TransformAction } from "./transform-action.ts";

/** Takes any numbers as a `Box` action and clips them to the environment's bounds. */
export class ClipAction<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends TransformAction<Observation, Action> {
  /** @throws GymnasiumError `bad-space` unless actions are a `Box`. */
  constructor(env: Env<Observation, Action>) {
    const box = requireBox("ClipAction", env.actionSpace);
    const open = new Box<DType>(Number.NEGATIVE_INFINITY, Infinity, { shape: box.shape, dtype: box.dtype });
    const clip = (action: NumericArray): NumericArray =>
      action.map((value, i) => Math.min(Math.max(value, box.low[i]!), box.high[i]!));
    super(env, (action) => clip(action as NumericArray) as never, open as unknown as Action);
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "ClipAction", args: [] };
  }
}
