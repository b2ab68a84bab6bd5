import { GymnasiumError } from "../errors.ts";
import { Box } from "../spaces/box.ts";
import { Dict } from "../spaces/dict.ts";
import { Discrete } from "../spaces/discrete.ts";
import { createArray, type DType } from "../spaces/dtype.ts";
import { Graph } from "../spaces/graph.ts";
import { MultiBinary } from "../spaces/multi-binary.ts";
import { MultiDiscrete } from "../spaces/multi-discrete.ts";
import { OneOf } from "../spaces/one-of.ts";
import { Sequence } from "../spaces/sequence.ts";
import type { ElementOf, Space } from "../spaces/space.ts";
import { Text } from "../spaces/text.ts";
import { Tuple } from "../spaces/tuple.ts";

/** The element of a space that is as close to zero as its bounds allow. Throws `unsupported` for custom spaces. */
export function zeroElement<S extends Space>(space: S): ElementOf<S> {
  return zeroOf(space) as ElementOf<S>;
}

function zeroOf(space: Space): unknown {
  if (space instanceof Box) {
    const box = space as Box<DType>;
    const zero = createArray(box.dtype, box.size);
    for (let i = 0; i < box.size; i++) zero[i] = Math.min(Math.max(0, box.low[i]!), box.high[i]!);
    return zero;
  }
  if (space instanceof Discrete) return space.start;
  if (space instanceof MultiDiscrete) return space.start.slice();
  if (space instanceof MultiBinary) return new Int8Array(space.size);
  if (space instanceof Tuple) return space.spaces.map((child: Space) => zeroOf(child));
  if (space instanceof Dict) {
    return Object.fromEntries(space.keys.map((key) => [key, zeroOf(space.spaces[key] as Space)]));
  }
  if (space instanceof Sequence) return space.stack ? space.featureSpace.createBatch(0) : [];
  if (space instanceof Text) return [...space.characters].sort()[0]!.repeat(space.minLength);
  if (space instanceof OneOf) return [0, zeroOf(space.spaces[0] as Space)];
  if (space instanceof Graph) {
    const feature = (child: Space): unknown => {
      const batch = child.createBatch(1);
      child.writeBatch(batch, 0, zeroOf(child));
      return batch;
    };
    const hasEdges = space.edgeSpace !== null;
    return {
      nodes: feature(space.nodeSpace as Space),
      edges: hasEdges ? feature(space.edgeSpace as Space) : null,
      edgeLinks: hasEdges ? new Int32Array(2) : null,
    };
  }
  throw new GymnasiumError("unsupported", `There is no zero element known for ${space}.`);
}
