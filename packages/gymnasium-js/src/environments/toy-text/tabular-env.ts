import {
  Env,
  type Info,
  type ResetOptions,
  type ResetResult,
  type StepBatch,
  type StepResult,
} from "../../env.ts";
import { GymnasiumError } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { requireState } from "../../saved-state.ts";
import { Discrete } from "../../spaces/discrete.ts";
import { describe } from "../../spaces/space.ts";
import { drawIndex, type Outcome, type TransitionTable } from "./transition-table.ts";

/**
 * An environment whose whole dynamics stand in a table: every state is a number, and so is every action.
 *
 * The table is public (`P`, Gymnasium's name), so that planning algorithms can use it.
 */
export abstract class TabularEnv extends Env<Discrete, Discrete> {
  readonly observationSpace: Discrete;
  readonly actionSpace: Discrete;
  /** `P[state][action]`: everything that can happen. */
  readonly P: TransitionTable;
  /** How likely each state is the first. */
  readonly initialDistribution: readonly number[];
  #current: number | null = null;
  #lastAction: number | null = null;

  protected constructor(table: TransitionTable, starts: readonly number[]) {
    super();
    this.P = table;
    this.initialDistribution = starts;
    this.observationSpace = new Discrete(table.length);
    this.actionSpace = new Discrete(table[0]!.length);
  }

  /** The state the environment is in. Throws `reset-needed` before the first reset. */
  protected get current(): number {
    if (this.#current !== null) return this.#current;
    throw new GymnasiumError("reset-needed", "Call reset() before step(): there is no episode yet.");
  }

  /** The last action of the episode, `null` right after `reset`. */
  protected get lastAction(): number | null {
    return this.#lastAction;
  }

  /** What `info` holds besides `prob`. */
  protected extraInfo(_state: number): Info {
    return {};
  }

  /** Changes the drawn outcome's state; called by every step. */
  protected afterDraw(_from: number, outcome: Outcome): number {
    return outcome.state;
  }

  override reset({ seed }: ResetOptions = {}): ResetResult<number> {
    this.reseed(seed);
    const starts = this.initialDistribution;
    this.#current = drawIndex(starts.length, (state) => starts[state]!, this.random);
    this.#lastAction = null;
    this.afterReset();
    return [this.#current, { prob: 1, ...this.extraInfo(this.#current) }];
  }

  /** Further draws of `reset`. */
  protected afterReset(): void {}

  override step(action: number): StepResult<number> {
    const { probability, reward, terminated } = this.#advance(action);
    const state = this.current;
    return [state, reward, terminated, false, { prob: probability, ...this.extraInfo(state) }];
  }

  override stepInto(action: number, batch: StepBatch<Int32Array>, index: number): Info {
    const { probability, reward, terminated } = this.#advance(action);
    const state = this.current;
    batch.observations[index] = state;
    batch.rewards[index] = reward;
    batch.terminated[index] = terminated ? 1 : 0;
    batch.truncated[index] = 0;
    return { prob: probability, ...this.extraInfo(state) };
  }

  #advance(action: number): Outcome {
    const from = this.current;
    const outcomes = this.P[from]![action];
    if (outcomes === undefined) {
      throw new GymnasiumError(
        "invalid-action",
        `${this.constructor.name} takes the actions 0 to ${this.actionSpace.n - 1}, got ${describe(action)}.`,
      );
    }
    const outcome = outcomes[drawIndex(outcomes.length, (i) => outcomes[i]!.probability, this.random)]!;
    this.#lastAction = action;
    this.#current = this.afterDraw(from, outcome);
    return outcome;
  }

  override state(): JsonValue {
    return { random: this.saveRandom(), state: this.#current, lastAction: this.#lastAction };
  }

  override restore(saved: JsonValue): void {
    const { random, state, lastAction } = requireState(this, saved, ["random", "state", "lastAction"]);
    this.restoreRandom(random);
    this.#current = state as number | null;
    this.#lastAction = lastAction as number | null;
  }
}
