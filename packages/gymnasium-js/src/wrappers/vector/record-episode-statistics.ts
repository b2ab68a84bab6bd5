import type { JsonValue } from "../../json.ts";
import { requireState } from "../../saved-state.ts";
import type { BatchOf, Space } from "../../spaces/space.ts";
import type {
  MaybePromise,
  VectorActions,
  VectorEnv,
  VectorResetOptions,
  VectorResetResult,
  VectorStepResult,
} from "../../vector/vector-env.ts";
import { VectorWrapper, whenReady } from "../../vector/vector-wrapper.ts";
import type { EpisodeStatistics } from "../record-episode-statistics.ts";

/**
 * Adds to `info` the return `r`, the length `l` and the seconds `t` of the episodes that ended in a step:
 * `info.episode.r[i]` where `info._episode[i]` is 1.
 *
 * Works in every autoreset mode; the step that only resets an environment (`next_step`) counts for no episode.
 */
export class VectorRecordEpisodeStatistics<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends VectorWrapper<Observation, Action> {
  /** How many episodes ended. */
  episodeCount = 0;
  /** The last episodes' statistics, oldest first, at most `bufferLength`. */
  readonly recent: EpisodeStatistics[] = [];
  readonly #bufferLength: number;
  readonly #key: string;
  readonly #returns: Float64Array;
  readonly #lengths: Float64Array;
  readonly #starts: Float64Array;
  /** 1 where the episode ended in the last step. */
  readonly #done: Uint8Array;

  /** @param bufferLength - how many episodes to remember. @param statsKey - the key in `info`. */
  constructor(env: VectorEnv<Observation, Action>, bufferLength = 100, statsKey = "episode") {
    super(env);
    this.#bufferLength = bufferLength;
    this.#key = statsKey;
    this.#returns = new Float64Array(env.numEnvs);
    this.#lengths = new Float64Array(env.numEnvs);
    this.#starts = new Float64Array(env.numEnvs).fill(performance.now());
    this.#done = new Uint8Array(env.numEnvs);
  }

  override reset(options?: VectorResetOptions): MaybePromise<VectorResetResult<BatchOf<Observation>>> {
    const mask = options?.options?.resetMask as ArrayLike<number> | undefined;
    return whenReady(this.env.reset(options), (result) => {
      for (let i = 0; i < this.numEnvs; i++)
        if (mask === undefined || Number(mask[i]) === 1) this.#restart(i);
      return result;
    });
  }

  override step(actions: VectorActions<Action>): MaybePromise<VectorStepResult<BatchOf<Observation>>> {
    return whenReady(this.env.step(actions), (result) => {
      const [, rewards, terminated, truncated, info] = result;
      let anyDone = 0;
      for (let i = 0; i < this.numEnvs; i++) {
        const wasDone = this.#done[i] === 1;
        if (wasDone) this.#restart(i);
        if (!wasDone || this.autoresetMode === "same_step") {
          this.#returns[i]! += rewards[i]!;
          this.#lengths[i]! += 1;
        }
        this.#done[i] = terminated[i]! | truncated[i]!;
        anyDone |= this.#done[i]!;
      }
      if (anyDone === 1) Object.assign(info, this.#finish());
      return result;
    });
  }

  #restart(index: number): void {
    this.#returns[index] = 0;
    this.#lengths[index] = 0;
    this.#starts[index] = performance.now();
    this.#done[index] = 0;
  }

  #finish(): Record<string, unknown> {
    const now = performance.now();
    const done = this.#done.slice();
    const r = this.#returns.map((value, i) => value * done[i]!);
    const l = this.#lengths.map((value, i) => value * done[i]!);
    const t = this.#starts.map((start, i) => (Math.round((now - start) * 1000) / 1e6) * done[i]!);
    done.forEach((isDone, i) => {
      if (isDone === 0) return;
      this.episodeCount += 1;
      this.recent.push({ r: r[i]!, l: l[i]!, t: t[i]! });
    });
    this.recent.splice(0, this.recent.length - this.#bufferLength);
    return { [this.#key]: { r, l, t }, [`_${this.#key}`]: done };
  }

  protected override ownState(): JsonValue {
    return {
      returns: Array.from(this.#returns),
      lengths: Array.from(this.#lengths),
      done: Array.from(this.#done),
      episodeCount: this.episodeCount,
      recent: this.recent.map(({ r, l, t }) => [r, l, t]),
    };
  }

  protected override restoreOwn(own: JsonValue): void {
    const saved = requireState(this, own, ["returns", "lengths", "done", "episodeCount", "recent"]);
    this.#returns.set(saved.returns as readonly number[]);
    this.#lengths.set(saved.lengths as readonly number[]);
    this.#done.set(saved.done as readonly number[]);
    this.episodeCount = Number(saved.episodeCount);
    const recent = saved.recent as readonly (readonly [number, number, number])[];
    this.recent.splice(0, Number.POSITIVE_INFINITY, ...recent.map(([r, l, t]) => ({ r, l, t })));
  }
}
