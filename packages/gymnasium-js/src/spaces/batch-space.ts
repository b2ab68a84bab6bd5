import { generator } from "@gradbridge/random";
import { Box } from "./box.ts";
import { Dict } from "./dict.ts";
import { Discrete } from "./discrete.ts";
import type { DType } from "./dtype.ts";
import { MultiBinary } from "./multi-binary.ts";
import { MultiDiscrete } from "./multi-discrete.ts";
import type { BatchOf, Space } from "./space.ts";
import { spaceFromJSON } from "./space-from-json.ts";
import { Tuple } from "./tuple.ts";

/**
 * The space of `count` elements at once, as a vector environment has it: its elements are batches of `space`.
 *
 * A `Discrete` becomes a `MultiDiscrete`; a `Box`, `MultiDiscrete` or `MultiBinary` a larger `Box`; a composite space a composite of batched children;
 * what has no array form becomes a `Tuple` of copies. It continues from a copy of the generator of `space`.
 *
 * Source: `gymnasium.vector.utils.batch_space`.
 */
export function batchSpace<S extends Space>(space: S, count: number): Space<BatchOf<S>, unknown> {
  const batched = batchOf(space, count);
  batched.random.restore(space.random.state);
  return batched as Space<BatchOf<S>, unknown>;
}

function batchOf(space: Space, count: number): Space {
  if (space instanceof Box) return (space as Box<DType>).batch(count) as Space;
  if (space instanceof Discrete) {
    return new MultiDiscrete(new Int32Array(count).fill(space.n), {
      start: new Int32Array(count).fill(space.start),
    });
  }
  if (space instanceof MultiDiscrete) {
    const high = space.start.map((start, i) => start + space.nvec[i]! - 1);
    return new Box(space.start, high, { shape: space.shape, dtype: "int32" }).batch(count) as Space;
  }
  if (space instanceof MultiBinary) {
    return new Box(0, 1, { shape: [count, ...space.shape], dtype: "int8" }) as Space;
  }
  if (space instanceof Tuple) return new Tuple(space.spaces.map((child: Space) => batchSpace(child, count)));
  if (space instanceof Dict) {
    return new Dict(
      space.keys.map((key) => [key, batchSpace(space.spaces[key] as Space, count)] as const),
    ) as Space;
  }
  // A copy of the generator draws the seeds of the copies, as in Gymnasium.
  const random = generator(0);
  random.restore(space.random.state);
  const copies = new Tuple(Array.from({ length: count }, () => spaceFromJSON(space.toJSON())));
  copies.seed(Array.from({ length: count }, () => random.integers(0, 1e8)));
  return copies as Space;
}
