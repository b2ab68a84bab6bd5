import type { EnvMetadata, RenderFrame } from "../../env.ts";
import { GymnasiumError } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import type { EnvSpec } from "../../registration/env-spec.ts";
import { make } from "../../registration/make.ts";
import { findSpec } from "../../registration/registry.ts";
import { nodeModule } from "../../rendering/optional-package.ts";
import { requireState } from "../../saved-state.ts";
import { batchSpace } from "../../spaces/batch-space.ts";
import { type BatchOf, describe, type Space } from "../../spaces/space.ts";
import { needsReset, requireAutoresetMode, spreadSeeds, takeResetMask } from "../sync-vector-env.ts";
import {
  type AutoresetMode,
  type VectorActions,
  VectorEnv,
  type VectorInfo,
  type VectorResetOptions,
  type VectorResetResult,
  type VectorStepResult,
} from "../vector-env.ts";
import { addInfo } from "../vector-info.ts";
import { AsyncVectorEnvError } from "./async-vector-env-error.ts";
import type { AsyncCloseOptions, AsyncVectorEnvOptions, WaitOptions } from "./async-vector-env-options.ts";
import type { CallMessage, ResetMessage } from "./env-host.ts";
import type { Command, EnvFailure, EnvReply, SharedBatch, WorkerSetup } from "./protocol.ts";
import { copyArrays, createSharedBatch } from "./shared-arrays.ts";
import { inTime } from "./wait-async.ts";
import { WorkerPool } from "./worker-pool.ts";
import { writeActions } from "./write-actions.ts";

interface Pending {
  readonly command: Command;
  /** 1 for the environments that are asked to do something; `null` for all. */
  readonly mask: ArrayLike<number> | null;
  readonly replies: Promise<EnvReply[]>;
}

/**
 * Steps environments in worker threads; observations, actions, rewards and flags stand in shared memory. It pays where
 * one step takes longer than the way to a thread and back (some 20 µs): simulators, large pictures, search.
 *
 * With the same seed it gives exactly what `SyncVectorEnv` gives, as promises. `stepAsync` starts a step and `stepWait`
 * waits for it, so that other work can be done in between; `step` does both. The arrays returned are never written by
 * the threads, only by the next `reset` or `step` that ends (see `copy`).
 *
 * Environments are made in the workers from their id: what registers it must be imported there too, see `modules`.
 * Actions and observations of spaces that have no typed arrays (`Text`, `Sequence`, `Graph`, `OneOf`) travel as
 * messages, and so do infos, by structured clone. Node only.
 *
 * - An environment that throws: `AsyncVectorEnvError` with `envIndex` and `result`; all others did their step.
 * - A worker that ends: `dead-worker`. The other environments keep their state. `reset` of its environments starts a new one.
 * - A time-out: `timeout`. The call still runs; wait again, or close.
 *
 * Close it when done; a forgotten one does not keep the process alive.
 *
 * Source: `gymnasium.vector.AsyncVectorEnv` of Gymnasium 1.3.0. There an error of one environment ends the vector.
 *
 * @example
 * const envs = makeVec("CartPole-v1", { numEnvs: 8, vectorizationMode: "async" });
 * const [observations] = await envs.reset({ seed: 1 });
 * envs.stepAsync(new Int32Array(8));
 * const [next, rewards] = await envs.stepWait({ timeoutMilliseconds: 1000 });
 * await envs.close();
 */
export class AsyncVectorEnv<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends VectorEnv<Observation, Action> {
  readonly numEnvs: number;
  /** How many worker threads there are. */
  readonly numWorkers: number;
  readonly singleObservationSpace: Observation;
  readonly singleActionSpace: Action;
  readonly observationSpace: Space<BatchOf<Observation>>;
  readonly actionSpace: Space<BatchOf<Action>>;
  readonly autoresetMode: AutoresetMode;
  readonly metadata: EnvMetadata;
  readonly #copy: boolean;
  readonly #shared: SharedBatch;
  readonly #observations: BatchOf<Observation>;
  readonly #rewards: Float64Array;
  readonly #terminated: Uint8Array;
  readonly #truncated: Uint8Array;
  readonly #setups: readonly WorkerSetup[];
  readonly #pool: WorkerPool;
  #pending: Pending | null = null;
  #closing: Promise<void> | null = null;

  /**
   * @param id - a registered id, or a spec. One environment is made here, for its spaces, and closed.
   * @throws GymnasiumError what `make` throws; `bad-kwarg` for wrong options and arguments that cannot be sent to a
   *   thread; `unsupported` without Node.
   */
  constructor(id: string | EnvSpec, options: AsyncVectorEnvOptions = {}) {
    super();
    const { numEnvs = 1, modules = [], kwargs = {} } = options;
    const numWorkers = options.numWorkers ?? Math.min(numEnvs, availableCores());
    requireCount("numEnvs", numEnvs, Number.MAX_SAFE_INTEGER);
    requireCount("numWorkers", numWorkers, numEnvs);
    this.autoresetMode = requireAutoresetMode(options.autoresetMode);
    const spec = typeof id === "string" ? findSpec(id) : id;
    const first = make(spec, kwargs);
    first.close();
    this.numEnvs = numEnvs;
    this.numWorkers = numWorkers;
    this.singleObservationSpace = first.observationSpace as Observation;
    this.singleActionSpace = first.actionSpace as Action;
    this.observationSpace = batchSpace(this.singleObservationSpace, numEnvs);
    this.actionSpace = batchSpace(this.singleActionSpace, numEnvs);
    this.metadata = { ...first.metadata, autoresetMode: this.autoresetMode };
    this.renderMode = first.renderMode;
    this.spec = spec;
    this.#copy = options.copy ?? false;
    this.#observations = this.singleObservationSpace.createBatch(numEnvs) as BatchOf<Observation>;
    this.#rewards = new Float64Array(numEnvs);
    this.#terminated = new Uint8Array(numEnvs);
    this.#truncated = new Uint8Array(numEnvs);
    const actions = this.singleActionSpace.createBatch(numEnvs);
    this.#shared = createSharedBatch(
      numEnvs,
      this.#observations,
      actions,
      this.autoresetMode === "same_step",
    );
    // A class or function cannot be sent; the worker finds it under the id in its own registry.
    const entryPoint = typeof spec.entryPoint === "string" ? spec.entryPoint : null;
    const given = {
      numEnvs,
      spec: { ...spec, entryPoint, vectorEntryPoint: null },
      kwargs,
      modules,
      autoresetMode: this.autoresetMode,
      spaces: {
        observation: JSON.stringify(this.singleObservationSpace.toJSON()),
        action: JSON.stringify(this.singleActionSpace.toJSON()),
      },
      batch: this.#shared,
    };
    this.#setups = Array.from({ length: numWorkers }, (_, worker) => ({
      ...given,
      worker,
      first: Math.floor((worker * numEnvs) / numWorkers),
      end: Math.floor(((worker + 1) * numEnvs) / numWorkers),
    }));
    this.#pool = new WorkerPool(this.#setups);
  }

  /** @throws GymnasiumError as {@link resetAsync} and {@link resetWait}. */
  override async reset(options?: VectorResetOptions): Promise<VectorResetResult<BatchOf<Observation>>> {
    this.resetAsync(options);
    return this.resetWait();
  }

  /**
   * Starts a reset. Environments whose worker ended are made anew in a new one; give them a seed. Where only some of
   * that worker's are reset, the others say `reset-needed`.
   *
   * @throws GymnasiumError `bad-seed`, `bad-option`, `call-pending`, `closed`
   */
  resetAsync(options: VectorResetOptions = {}): void {
    this.#requireIdle("reset");
    const seeds = spreadSeeds(options.seed, this.numEnvs);
    const { mask, rest } = takeResetMask(options.options, this.numEnvs);
    this.#pool.revive((index) => mask === null || mask[index] === 1);
    this.#begin(
      "reset",
      this.#setups.map(
        ({ first, end }): ResetMessage => ({
          seeds: seeds.slice(first, end),
          mask: mask === null ? null : Array.from(mask).slice(first, end),
          options: rest,
        }),
      ),
      mask,
    );
  }

  /**
   * Waits for {@link resetAsync}.
   *
   * @throws GymnasiumError `timeout`, `no-call-pending`, `closed`; {@link AsyncVectorEnvError} of environments.
   */
  async resetWait(options?: WaitOptions): Promise<VectorResetResult<BatchOf<Observation>>> {
    const { failures, info } = this.#gather(await this.#wait("reset", options));
    const result: VectorResetResult<BatchOf<Observation>> = [this.#copied(), info];
    if (failures.length > 0) throw new AsyncVectorEnvError(failures, result);
    return result;
  }

  /** @throws GymnasiumError as {@link stepAsync} and {@link stepWait}. */
  override async step(actions: VectorActions<Action>): Promise<VectorStepResult<BatchOf<Observation>>> {
    this.stepAsync(actions);
    return this.stepWait();
  }

  /**
   * Starts a step.
   *
   * @throws GymnasiumError `invalid-action` for a batch of another length, `reset-needed` in the mode `disabled`,
   *   `call-pending`, `closed`; {@link AsyncVectorEnvError} `dead-worker`. Then no environment did anything.
   */
  stepAsync(actions: VectorActions<Action>): void {
    this.#requireIdle("step");
    const dead = this.#pool.deadEnvs();
    if (dead.length > 0) throw new AsyncVectorEnvError(dead);
    const ended = this.autoresetMode === "disabled" ? this.#shared.done.indexOf(1) : -1;
    if (ended >= 0) throw needsReset(ended);
    const readAction = writeActions(this.singleActionSpace, actions, this.#shared.actions, this.numEnvs);
    this.#shared.isFinal.fill(0);
    const listOf = ({ first, end }: WorkerSetup): unknown[] =>
      Array.from({ length: end - first }, (_, place) => readAction!(first + place));
    this.#begin("step", readAction === null ? null : this.#setups.map(listOf));
  }

  /**
   * Waits for {@link stepAsync}.
   *
   * @throws GymnasiumError `timeout`, `no-call-pending`, `closed`; {@link AsyncVectorEnvError} of environments.
   */
  async stepWait(options?: WaitOptions): Promise<VectorStepResult<BatchOf<Observation>>> {
    const { failures, info } = this.#gather(await this.#wait("step", options));
    this.#rewards.set(this.#shared.rewards);
    this.#terminated.set(this.#shared.terminated);
    this.#truncated.set(this.#shared.truncated);
    const arrays = [this.#rewards, this.#terminated, this.#truncated] as const;
    const [rewards, terminated, truncated] = this.#copy
      ? [arrays[0].slice(), arrays[1].slice(), arrays[2].slice()]
      : arrays;
    const result: VectorStepResult<BatchOf<Observation>> = [
      this.#copied(),
      rewards,
      terminated,
      truncated,
      info,
    ];
    if (failures.length > 0) throw new AsyncVectorEnvError(failures, result);
    return result;
  }

  /**
   * Calls a method of every environment, or reads a property, and gives the results in order. Arguments and results
   * must be things that structured clone can copy.
   *
   * @throws GymnasiumError `call-pending`, `closed`; {@link AsyncVectorEnvError} of environments.
   */
  async call(name: string, ...args: readonly unknown[]): Promise<unknown[]> {
    const message: CallMessage = { name, args };
    return this.#request(
      "call",
      this.#setups.map(() => message),
    );
  }

  override async render(): Promise<readonly (RenderFrame | readonly RenderFrame[] | null)[]> {
    return (await this.call("render")) as (RenderFrame | readonly RenderFrame[] | null)[];
  }

  /** Every environment's state and which ones reset at the next step: the same as `SyncVectorEnv` gives and takes. */
  override async state(): Promise<JsonValue> {
    const envs = (await this.#request("state", null)) as JsonValue[];
    return { done: Array.from(this.#shared.done), envs };
  }

  /** Continues from {@link state}; the arrays of the last observations are not part of it. */
  override async restore(state: JsonValue): Promise<void> {
    const { done, envs } = requireState(this, state, ["done", "envs"]);
    if (!Array.isArray(envs) || envs.length !== this.numEnvs) {
      throw new GymnasiumError("bad-state", `${this} restores the state of ${this.numEnvs} environments.`);
    }
    this.#requireIdle("restore");
    this.#pool.revive();
    await this.#request(
      "restore",
      this.#setups.map(({ first, end }) => envs.slice(first, end)),
    );
    this.#shared.done.set(done as readonly number[]);
  }

  /**
   * Closes all environments and ends the threads. A call that still runs may end first; what takes longer than
   * `timeoutMilliseconds` is ended by force. Calling it again waits for the same end.
   *
   * @throws {@link AsyncVectorEnvError} where `close` of environments throws, after all threads ended.
   */
  override close(options: AsyncCloseOptions = {}): Promise<void> {
    this.#closing ??= this.#close(options);
    return this.#closing;
  }

  async #close({ timeoutMilliseconds = 5000, terminate = false }: AsyncCloseOptions): Promise<void> {
    super.close();
    let replies: readonly EnvReply[] | null = null;
    if (!terminate) {
      const { replies: running = null } = this.#pending ?? {};
      const isIdle = running === null || (await inTime(running, timeoutMilliseconds)) !== null;
      if (isIdle) replies = await inTime(this.#pool.call("close", null), timeoutMilliseconds);
    }
    await this.#pool.terminate();
    const failures = (replies ?? []).flatMap(({ failure }) => failure ?? []);
    const thrown = failures.filter(({ code }) => code !== "dead-worker");
    if (thrown.length > 0) throw new AsyncVectorEnvError(thrown);
  }

  #requireIdle(command: Command): void {
    if (this.closed) throw new GymnasiumError("closed", `${this} was closed; ${command} needs an open one.`);
    if (this.#pending === null) return;
    throw new GymnasiumError(
      "call-pending",
      `${this} is still busy with ${this.#pending.command}: wait for it before ${command}.`,
    );
  }

  #begin(command: Command, messages: readonly unknown[] | null, mask: ArrayLike<number> | null = null): void {
    this.#pending = { command, mask, replies: this.#pool.call(command, messages) };
  }

  async #wait(command: Command, { timeoutMilliseconds = null }: WaitOptions = {}): Promise<EnvReply[]> {
    const pending = this.#pending;
    const replies = pending?.command === command ? await inTime(pending.replies, timeoutMilliseconds) : [];
    if (replies === null) {
      throw new GymnasiumError(
        "timeout",
        `${this} did not finish ${command} within ${timeoutMilliseconds} ms. It goes on: wait again, or close.`,
      );
    }
    if (pending === null || pending.command !== command || this.#pending !== pending) {
      throw new GymnasiumError("no-call-pending", `${this} has no ${command} to wait for: start one first.`);
    }
    this.#pending = null;
    if (this.closed && replies.some(({ failure }) => failure?.code === "dead-worker")) {
      throw new GymnasiumError("closed", `${this} was closed before ${command} ended.`);
    }
    // Dead environments that were not asked will be reported by the next step.
    if (pending.mask !== null) return replies.filter(({ index }) => pending.mask![index] === 1);
    return replies;
  }

  /** A call that gives one value for each environment. */
  async #request(command: Command, messages: readonly unknown[] | null): Promise<unknown[]> {
    this.#requireIdle(command);
    const dead = this.#pool.deadEnvs();
    if (dead.length > 0) throw new AsyncVectorEnvError(dead);
    this.#begin(command, messages);
    const replies = await this.#wait(command);
    const failures = replies.flatMap(({ failure }) => failure ?? []);
    if (failures.length > 0) throw new AsyncVectorEnvError(failures);
    return replies.map(({ value }) => value);
  }

  /** Puts together what environments told, and brings the observations up to date. */
  #gather(replies: readonly EnvReply[]): { failures: EnvFailure[]; info: VectorInfo } {
    const { numEnvs, singleObservationSpace: space } = this;
    const { observations, finals, isFinal } = this.#shared;
    const info: VectorInfo = {};
    if (observations !== null) copyArrays(this.#observations, observations);
    for (const { index, observation, finalObservation, ...reply } of replies) {
      if (observation !== undefined) space.writeBatch(this.#observations, index, observation);
      if (reply.finalInfo !== undefined) {
        info.finalObservation ??= space.createBatch(numEnvs);
        info._finalObservation ??= isFinal.slice();
        const last = finals === null ? finalObservation : space.readBatch(finals, index);
        space.writeBatch(info.finalObservation, index, last);
        addInfo(info, { finalInfo: reply.finalInfo }, index, numEnvs);
      }
      if (reply.info !== undefined) addInfo(info, reply.info, index, numEnvs);
    }
    return { failures: replies.flatMap(({ failure }) => failure ?? []), info };
  }

  #copied(): BatchOf<Observation> {
    if (!this.#copy) return this.#observations;
    return this.singleObservationSpace.copyBatch(this.#observations) as BatchOf<Observation>;
  }
}

function availableCores(): number {
  return nodeModule<{ availableParallelism(): number }>("os")?.availableParallelism() ?? 1;
}

function requireCount(name: string, count: unknown, most: number): void {
  if (Number.isInteger(count) && (count as number) >= 1 && (count as number) <= most) return;
  const limit = most === Number.MAX_SAFE_INTEGER ? "" : ` and ≤ ${most}, the number of environments`;
  throw new GymnasiumError(
    "bad-kwarg",
    `${name} must be a whole number ≥ 1${limit}, got ${describe(count)}.`,
  );
}
