import type { Env } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import { Dict } from "../spaces/dict.ts";
import type { Space } from "../spaces/space.ts";
import { Tuple } from "../spaces/tuple.ts";
import { TransformObservation } from "./transform-observation.ts";

/** Keeps some keys of a `Dict` observation, or some places of a `Tuple` observation. */
export class FilterObservation<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends TransformObservation<Observation, Action, Space> {
  readonly #keys: readonly (string | number)[];

  /**
   * @param keys - names for a `Dict`, indices for a `Tuple`, at least one.
   * @throws GymnasiumError `bad-kwarg` for keys that are not there, `bad-space` for other spaces.
   */
  constructor(env: Env<Space, Action>, keys: readonly (string | number)[]) {
    const space = env.observationSpace;
    const known =
      space instanceof Dict ? space.keys : space instanceof Tuple ? [...space.spaces.keys()] : null;
    if (known === null) {
      throw new GymnasiumError("bad-space", `FilterObservation needs a Dict or a Tuple, got ${space}.`);
    }
    const unknown = keys.filter((key) => !(known as readonly (string | number)[]).includes(key));
    if (unknown.length > 0 || keys.length === 0 || new Set(keys).size !== keys.length) {
      throw new GymnasiumError(
        "bad-kwarg",
        `FilterObservation keeps at least one of ${known.join(", ")}, each once; got [${keys.join(", ")}].`,
      );
    }
    const pick = (from: unknown): unknown[] =>
      keys.map((key) => (from as Record<string | number, unknown>)[key]);
    if (space instanceof Dict) {
      const entries = keys.map((key, i) => [String(key), pick(space.spaces)[i] as Space] as const);
      const filtered = new Dict(Object.fromEntries(entries)) as unknown as Observation;
      super(env, (seen) => Object.fromEntries(keys.map((key, i) => [key, pick(seen)[i]])) as never, filtered);
    } else {
      const filtered = new Tuple(pick((space as Tuple).spaces) as Space[]) as unknown as Observation;
      super(env, (seen) => pick(seen) as never, filtered);
    }
    this.#keys = keys;
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "FilterObservation", args: [this.#keys] };
  }
}
