import type { Env, Info, ResetOptions, ResetResult, StepBatch, StepResult } from "../env.ts";
import type { JsonValue } from "../json.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import { requireState } from "../saved-state.ts";
import type { BatchOf, ElementOf, Space } from "../spaces/space.ts";
import { type StepInto, stepIntoOf } from "../step-into.ts";
import { Wrapper } from "../wrapper.ts";

/** What is known of a whole episode: its return, its length in steps, and its duration in seconds. */
export interface EpisodeStatistics {
  readonly r: number;
  readonly l: number;
  readonly t: number;
}

/** Adds {@link EpisodeStatistics} to the info of an episode's last step, under `"episode"`. */
export class RecordEpisodeStatistics<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends Wrapper<Observation, Action> {
  /** How many episodes ended. */
  episodeCount = 0;
  /** The last episodes' statistics, oldest first, at most `bufferLength`. */
  readonly recent: EpisodeStatistics[] = [];
  readonly #bufferLength: number;
  readonly #key: string;
  #return = 0;
  #length = 0;
  #startMilliseconds = performance.now();
  readonly #stepInto: StepInto<Observation, Action>;

  /** @param bufferLength - how many episodes to remember. @param statsKey - the key in `info`. */
  constructor(env: Env<Observation, Action>, bufferLength = 100, statsKey = "episode") {
    super(env);
    this.#bufferLength = bufferLength;
    this.#key = statsKey;
    this.#stepInto = stepIntoOf(env);
  }

  /** The returns of the last episodes. */
  get returnQueue(): number[] {
    return this.recent.map(({ r }) => r);
  }

  /** The lengths of the last episodes, in steps. */
  get lengthQueue(): number[] {
    return this.recent.map(({ l }) => l);
  }

  /** The durations of the last episodes, in seconds. */
  get timeQueue(): number[] {
    return this.recent.map(({ t }) => t);
  }

  override reset(options?: ResetOptions): ResetResult<ElementOf<Observation>> {
    const result = this.env.reset(options);
    this.#return = 0;
    this.#length = 0;
    this.#startMilliseconds = performance.now();
    return result;
  }

  override step(action: ElementOf<Action>): StepResult<ElementOf<Observation>> {
    const result = this.env.step(action);
    this.#return += result[1];
    this.#length += 1;
    if (result[2] || result[3]) result[4] = { ...result[4], [this.#key]: this.#finish() };
    return result;
  }

  override stepInto(action: ElementOf<Action>, batch: StepBatch<BatchOf<Observation>>, index: number): Info {
    const info = this.#stepInto(action, batch, index);
    this.#return += batch.rewards[index]!;
    this.#length += 1;
    if (batch.terminated[index] === 0 && batch.truncated[index] === 0) return info;
    return { ...info, [this.#key]: this.#finish() };
  }

  #finish(): EpisodeStatistics {
    const seconds = (performance.now() - this.#startMilliseconds) / 1000;
    const statistics = { r: this.#return, l: this.#length, t: Math.round(seconds * 1e6) / 1e6 };
    this.recent.push(statistics);
    if (this.recent.length > this.#bufferLength) this.recent.shift();
    this.episodeCount += 1;
    this.#startMilliseconds = performance.now();
    return statistics;
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "RecordEpisodeStatistics", args: [this.#bufferLength, this.#key] };
  }

  protected override ownState(): JsonValue {
    const recent = this.recent.map(({ r, l, t }) => [r, l, t]);
    return { return: this.#return, length: this.#length, episodeCount: this.episodeCount, recent };
  }

  protected override restoreOwn(own: JsonValue): void {
    const saved = requireState(this, own, ["return", "length", "episodeCount", "recent"]);
    this.#return = Number(saved.return);
    this.#length = Number(saved.length);
    this.episodeCount = Number(saved.episodeCount);
    const recent = saved.recent as readonly (readonly [number, number, number])[];
    this.recent.splice(0, Infinity, ...recent.map(([r, l, t]) => ({ r, l, t })));
  }
}
