import { GymnasiumError } from "../errors.ts";
import { type JsonValue, numberFromJson } from "../json.ts";
import { closestMatch } from "../registration/closest-match.ts";
import { Box } from "./box.ts";
import { Dict } from "./dict.ts";
import { Discrete } from "./discrete.ts";
import type { DType } from "./dtype.ts";
import { Graph, type GraphFeature } from "./graph.ts";
import { MultiBinary } from "./multi-binary.ts";
import { MultiDiscrete } from "./multi-discrete.ts";
import { OneOf } from "./one-of.ts";
import { Sequence } from "./sequence.ts";
import type { Space } from "./space.ts";
import { Text } from "./text.ts";
import { Tuple } from "./tuple.ts";

type Fields = Readonly<Record<string, JsonValue>>;

const READERS: Readonly<Record<string, (fields: Fields) => Space>> = {
  Box: (f) =>
    new Box<DType>(bounds(f.low!), bounds(f.high!), {
      shape: f.shape as readonly number[],
      dtype: f.dtype as DType,
    }) as Space,
  Discrete: (f) => new Discrete(f.n as number, { start: (f.start as number | undefined) ?? 0 }),
  MultiDiscrete: (f) =>
    new MultiDiscrete(f.nvec as readonly number[], {
      start: f.start as readonly number[],
      shape: f.shape as readonly number[],
    }),
  MultiBinary: (f) => new MultiBinary(f.n as number | readonly number[]),
  Text: (f) =>
    new Text(f.maxLength as number, {
      minLength: f.minLength as number,
      charset: f.charset as string,
    }) as Space,
  Tuple: (f) => new Tuple((f.spaces as readonly JsonValue[]).map(spaceFromJSON)) as Space,
  OneOf: (f) => new OneOf((f.spaces as readonly JsonValue[]).map(spaceFromJSON)) as Space,
  Dict: (f) =>
    new Dict(
      (f.spaces as readonly (readonly [string, JsonValue])[]).map(
        ([name, child]) => [name, spaceFromJSON(child)] as const,
      ),
    ) as Space,
  Sequence: (f) => new Sequence(spaceFromJSON(f.featureSpace!), { stack: f.stack as boolean }) as Space,
  Graph: (f) =>
    new Graph(
      spaceFromJSON(f.nodeSpace!) as unknown as GraphFeature,
      f.edgeSpace === null ? null : (spaceFromJSON(f.edgeSpace!) as unknown as GraphFeature),
    ) as Space,
};

/**
 * Reads what `space.toJSON()` (or its text) says.
 *
 * @throws GymnasiumError `bad-space` for an unknown type or wrong fields.
 */
export function spaceFromJSON(json: JsonValue): Space {
  const fields = (typeof json === "string" ? JSON.parse(json) : json) as Fields | null;
  const type = String(fields?.type);
  const read = READERS[type];
  if (fields === null || read === undefined) {
    const suggestion = closestMatch(type, Object.keys(READERS));
    throw new GymnasiumError(
      "bad-space",
      `Unknown type of space ${type}; one of ${Object.keys(READERS).join(", ")} is allowed.` +
        (suggestion === null ? "" : ` Did you mean ${suggestion}?`),
    );
  }
  return read(fields);
}

function bounds(json: JsonValue): number | number[] {
  return Array.isArray(json) ? json.map(numberFromJson) : numberFromJson(json);
}
