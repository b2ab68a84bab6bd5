import {
  type AutoresetMode,
  batchSpace,
  type EnvMetadata,
  GymnasiumError,
  type JsonValue,
  type Space,
  type VectorActions,
  VectorEnv,
  type VectorInfo,
  type VectorResetOptions,
  type VectorResetResult,
  type VectorStepResult,
} from "gymnasium-js";
import type { ChildProgram } from "../programs/child-program.ts";
import { ChildProgramError } from "../programs/child-program-error.ts";
import type { Frame, FrameArray } from "../programs/frame.ts";
import { joinBatch, splitBatch } from "./batch-arrays.ts";

/** What a {@link PythonVectorEnv} is made of. */
export interface PythonVectorParts {
  readonly program: ChildProgram;
  readonly id: string;
  readonly numEnvs: number;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  readonly autoresetMode: AutoresetMode;
  readonly maxRestarts: number;
  readonly onRestart: (error: ChildProgramError) => void;
}

/** A vector of environments that a Python process runs. Arrays that `reset` and `step` return are fresh every time. */
export class PythonVectorEnv extends VectorEnv {
  readonly numEnvs: number;
  readonly singleObservationSpace: Space;
  readonly singleActionSpace: Space;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  readonly autoresetMode: AutoresetMode;
  readonly metadata: EnvMetadata;
  readonly #parts: PythonVectorParts;
  #restarts = 0;
  #seed: number | null = null;
  #last: unknown = null;

  constructor(parts: PythonVectorParts) {
    super();
    const { numEnvs, observationSpace, actionSpace, autoresetMode } = parts;
    this.#parts = parts;
    this.numEnvs = numEnvs;
    this.singleObservationSpace = observationSpace;
    this.singleActionSpace = actionSpace;
    this.observationSpace = batchSpace(observationSpace, numEnvs) as Space;
    this.actionSpace = batchSpace(actionSpace, numEnvs) as Space;
    this.autoresetMode = autoresetMode;
    this.metadata = { renderModes: [], autoresetMode };
  }

  override async reset(options: VectorResetOptions = {}): Promise<VectorResetResult<unknown>> {
    this.#requireOpen("reset");
    const seed = readSeed(options.seed);
    if (typeof seed === "number") this.#seed = seed;
    return this.#resetWith(seed, optionsOf(options.options));
  }

  override async step(actions: VectorActions<Space>): Promise<VectorStepResult<unknown>> {
    this.#requireOpen("step");
    if (this.#last === null) throw new GymnasiumError("reset-needed", `${this}: call reset() before step().`);
    const arrays: Record<string, FrameArray> = {};
    splitBatch(this.singleActionSpace, actions, this.numEnvs, "action", arrays);
    let answer: Frame;
    try {
      answer = await this.#parts.program.call("step", {}, arrays);
    } catch (error) {
      if (!this.#canRestart(error)) throw error;
      return this.#restart(error);
    }
    const { reward, terminated, truncated } = answer.arrays;
    if (!(reward?.values instanceof Float64Array && reward.values.length === this.numEnvs))
      throw this.#malformed("reward");
    const info = this.#infoOf(answer);
    this.#last = this.#observationOf(answer);
    return [this.#last, reward.values, this.#flagsOf(terminated), this.#flagsOf(truncated), info];
  }

  override toString(): string {
    return `PythonVectorEnv(${this.#parts.id}, numEnvs=${this.numEnvs})`;
  }

  protected override async closeExtras(): Promise<void> {
    await this.#parts.program.close();
  }

  #requireOpen(method: string): void {
    if (this.closed) throw new GymnasiumError("closed", `${this} was closed; ${method} needs an open one.`);
  }

  async #resetWith(seed: JsonValue, options: JsonValue): Promise<VectorResetResult<unknown>> {
    const answer = await this.#parts.program.call("reset", { seed, options });
    this.#last = this.#observationOf(answer);
    return [this.#last, this.#infoOf(answer)];
  }

  #canRestart(error: unknown): error is ChildProgramError {
    return (
      error instanceof ChildProgramError &&
      (error.code === "program-exit" || error.code === "program-timeout") &&
      this.autoresetMode === "same_step" &&
      this.#restarts < this.#parts.maxRestarts
    );
  }

  /** New environments in the place of those that are lost; their episodes are truncated where they were last seen. */
  async #restart(error: ChildProgramError): Promise<VectorStepResult<unknown>> {
    const { numEnvs } = this;
    this.#restarts++;
    this.#parts.onRestart(error);
    const last = this.#last;
    // other seeds than before: the same ones might lead to the same end
    const seed = this.#seed === null ? null : this.#seed + numEnvs * this.#restarts;
    const [observations, info] = await this.#resetWith(seed, null);
    const all = (): Uint8Array => new Uint8Array(numEnvs).fill(1);
    return [
      observations,
      new Float64Array(numEnvs),
      new Uint8Array(numEnvs),
      all(),
      { ...info, finalObservation: last, _finalObservation: all(), restart: error.message },
    ];
  }

  #observationOf({ arrays }: Frame, name = "observation"): unknown {
    const batch = joinBatch(this.singleObservationSpace, arrays, this.numEnvs, name);
    if (batch === null) throw this.#malformed(name);
    return batch;
  }

  #infoOf(answer: Frame): VectorInfo {
    const { info, infoPaths } = answer.fields;
    const told = { ...(info as VectorInfo) };
    ((infoPaths ?? []) as readonly (readonly string[])[]).forEach((path, i) => {
      let at = told;
      for (const key of path.slice(0, -1)) {
        at[key] ??= {};
        at = at[key] as VectorInfo;
      }
      at[path.at(-1)!] = answer.arrays[`info.${i}`]!.values;
    });
    const { final_info: finalInfo, _final_info: hasFinalInfo, ...rest } = told;
    if (answer.arrays.isFinal === undefined) return rest;
    return {
      ...rest,
      finalObservation: this.#observationOf(answer, "final"),
      _finalObservation: this.#flagsOf(answer.arrays.isFinal),
      finalInfo: finalInfo ?? {},
      _finalInfo: hasFinalInfo ?? this.#flagsOf(answer.arrays.isFinal).slice(),
    };
  }

  #flagsOf(array: FrameArray | undefined): Uint8Array {
    if (array?.values instanceof Uint8Array && array.values.length === this.numEnvs) return array.values;
    throw this.#malformed("flags");
  }

  #malformed(name: string): ChildProgramError {
    this.#parts.program.abandon();
    return new ChildProgramError(
      "program-protocol",
      `${this}: what Python sent as ${name} does not fit ${this.numEnvs} environments over ${this.singleObservationSpace}.`,
    );
  }
}

function readSeed(seed: VectorResetOptions["seed"]): number | null | (number | null)[] {
  if (seed === undefined || seed === null) return null;
  if (typeof seed === "object") return seed.map((one) => readSeed(one as number) as number | null);
  const number = Number(seed);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new GymnasiumError(
    "bad-seed",
    `A seed for Python is a whole number from 0 to 2^53 − 1, got ${seed}.`,
  );
}

/** `resetMask` as Python calls it; the rest as it is. */
function optionsOf(options: VectorResetOptions["options"]): JsonValue {
  if (options === undefined || options === null) return null;
  const { resetMask, ...rest } = options;
  if (resetMask === undefined) return rest as JsonValue;
  return { ...rest, reset_mask: Array.from(resetMask as ArrayLike<number>, Number) } as JsonValue;
}
