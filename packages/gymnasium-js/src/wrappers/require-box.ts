import { GymnasiumError } from "../errors.ts";
import { Box } from "../spaces/box.ts";
import type { DType } from "../spaces/dtype.ts";
import type { Space } from "../spaces/space.ts";

/** The space as a `Box`. Throws `bad-space` if it is another. */
export function requireBox(owner: string, space: Space): Box<DType> {
  if (space instanceof Box) return space;
  throw new GymnasiumError("bad-space", `${owner} needs a Box, got ${space}.`);
}

/** The space as a `Box` all of whose bounds are finite. Throws `bad-space` otherwise. */
export function requireFiniteBox(owner: string, space: Space): Box<DType> {
  const box = requireBox(owner, space);
  if (box.isBounded()) return box;
  throw new GymnasiumError("bad-space", `${owner} needs a Box with finite bounds, got ${space}.`);
}
