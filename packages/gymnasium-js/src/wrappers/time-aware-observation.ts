import type { Env, ResetOptions, ResetResult, StepResult } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import { Box } from "../spaces/box.ts";
import { Dict } from "../spaces/dict.ts";
import type { Space } from "../spaces/space.ts";
import { Tuple } from "../spaces/tuple.ts";
import { ObservationWrapper, Wrapper } from "../wrapper.ts";
import { TimeLimit } from "./time-limit.ts";

/** Options of {@link TimeAwareObservation}. */
export interface TimeAwareOptions {
  /** Whether the result is flattened into one vector. */
  readonly flatten?: boolean;
  /** Whether time runs from 0 to 1 (`Float32Array[1]`) instead of counting steps (`Int32Array[1]`). */
  readonly normalizeTime?: boolean;
  /** The name of the time in a `Dict` observation. */
  readonly dictTimeKey?: string;
}

/**
 * Adds the number of steps of the episode to the observation: under a key of a `Dict`, at the end of a `Tuple`, and
 * otherwise as `{ obs, time }`; flattened by default.
 */
export class TimeAwareObservation<Action extends Space = Space> extends ObservationWrapper<
  Space,
  Action,
  Space
> {
  readonly maxTimesteps: number;
  #timesteps = 0;
  readonly #options: Required<TimeAwareOptions>;
  readonly #combined: Space;

  /** @throws GymnasiumError `bad-kwarg` if the environment has no time limit, or the key is taken. */
  constructor(env: Env<Space, Action>, options: TimeAwareOptions = {}) {
    super(env);
    const { flatten = true, normalizeTime = false, dictTimeKey = "time" } = options;
    this.#options = { flatten, normalizeTime, dictTimeKey };
    this.maxTimesteps = timeLimitOf(env as Env);
    const time = (normalizeTime ? new Box(0, 1) : new Box(0, this.maxTimesteps, { dtype: "int32" })) as Space;
    const inner = env.observationSpace;
    if (inner instanceof Dict) {
      if (dictTimeKey in inner.spaces) {
        throw new GymnasiumError(
          "bad-kwarg",
          `${inner} has a key ${dictTimeKey}; choose another dictTimeKey.`,
        );
      }
      this.#combined = new Dict({ ...inner.spaces, [dictTimeKey]: time }) as Space;
    } else if (inner instanceof Tuple) {
      this.#combined = new Tuple([...inner.spaces, time]) as Space;
    } else {
      this.#combined = new Dict([
        ["obs", inner],
        ["time", time],
      ]) as Space;
    }
    this.observationSpace = flatten ? this.#combined.flattenSpace() : this.#combined;
  }

  override reset(options?: ResetOptions): ResetResult<unknown> {
    this.#timesteps = 0;
    return super.reset(options);
  }

  override step(action: Parameters<Env<Space, Action>["step"]>[0]): StepResult<unknown> {
    this.#timesteps += 1;
    return super.step(action);
  }

  override observation(observation: unknown): unknown {
    const { flatten, normalizeTime, dictTimeKey } = this.#options;
    const steps = this.#timesteps;
    const time = normalizeTime ? Float32Array.of(steps / this.maxTimesteps) : Int32Array.of(steps);
    const inner = this.env.observationSpace;
    let combined: unknown = { obs: observation, time };
    if (inner instanceof Dict) combined = { ...(observation as object), [dictTimeKey]: time };
    if (inner instanceof Tuple) combined = [...(observation as readonly unknown[]), time];
    return flatten ? this.#combined.flatten(combined) : combined;
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "TimeAwareObservation", args: [{ ...this.#options }] };
  }

  protected override ownState(): JsonValue {
    return this.#timesteps;
  }

  protected override restoreOwn(own: JsonValue): void {
    this.#timesteps = Number(own);
  }
}

function timeLimitOf(env: Env): number {
  const limit = env.spec?.maxEpisodeSteps ?? null;
  if (limit !== null) return limit;
  for (let inner = env; inner instanceof Wrapper; inner = inner.env) {
    if (inner instanceof TimeLimit) return inner.maxEpisodeSteps;
  }
  throw new GymnasiumError(
    "bad-kwarg",
    `${env} has no time limit; wrap it in TimeLimit before TimeAwareObservation.`,
  );
}
