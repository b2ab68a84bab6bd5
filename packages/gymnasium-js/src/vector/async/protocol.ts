import type { EnvSpecFields, Kwargs } from "../../registration/env-spec.ts";
import type { NumericArray } from "../../spaces/dtype.ts";
import type { AutoresetMode } from "../vector-env.ts";

/**
 * How the vector environment and its worker threads talk.
 *
 * Numbers stand in shared memory ({@link SharedBatch}). A call raises the number in `CALL` and wakes all workers; each
 * does its part and writes the number of the call into its own `doneSlot`, which wakes the other side. Only what is not
 * a number of fixed place (infos, errors, options, lists of actions) travels as a message, posted before the wake-up.
 */

/** Place of the number of the current call in the control words. */
export const CALL = 0;
/** Place of the current {@link Command}'s number. */
export const COMMAND = 1;
/** Place of the flag: 1 where the call comes with a message for every worker. */
export const HAS_MESSAGE = 2;

/** What workers can be asked to do. The place in the list is the number in the control words. */
export const COMMANDS = ["reset", "step", "state", "restore", "call", "close"] as const;
export type Command = (typeof COMMANDS)[number];

/** Place of the number of the last call that a worker finished. */
export function doneSlot(worker: number): number {
  return 3 + 2 * worker;
}

/** Place of the flag: 1 where the worker posted a message with its last call. */
export function toldSlot(worker: number): number {
  return 4 + 2 * worker;
}

/** How many control words `count` workers need. */
export function controlLength(count: number): number {
  return doneSlot(count);
}

/** Typed arrays over shared memory, in lists and objects as the space batches them. */
export type SharedArrays = NumericArray | readonly SharedArrays[] | { readonly [name: string]: SharedArrays };

/** The shared memory of all environments; place `i` belongs to environment `i`. */
export interface SharedBatch {
  /** `null` where batches of the space are not typed arrays: observations then travel as messages. */
  readonly observations: SharedArrays | null;
  /** The last observations of episodes that ended in the mode `same_step`; `null` as above. */
  readonly finals: SharedArrays | null;
  /** `null` where batches of the space are not typed arrays: actions then travel as messages. */
  readonly actions: SharedArrays | null;
  readonly rewards: Float64Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  /** 1 where the episode ended and was not reset yet. */
  readonly done: Uint8Array;
  /** 1 where the last step wrote a place of `finals`. */
  readonly isFinal: Uint8Array;
}

/** What a worker is started with. */
export interface WorkerSetup {
  readonly worker: number;
  /** The environments of this worker: `first` ≤ i < `end` of `numEnvs`. */
  readonly first: number;
  readonly end: number;
  readonly numEnvs: number;
  readonly spec: EnvSpecFields;
  readonly kwargs: Kwargs;
  readonly modules: readonly string[];
  readonly autoresetMode: AutoresetMode;
  /** The text of the JSON of both spaces, which the worker's environments must have. */
  readonly spaces: { readonly observation: string; readonly action: string };
  readonly batch: SharedBatch;
}

/** What comes with a call that has a message. */
export interface CallEnvelope {
  /** The number of the call. */
  readonly call: number;
  readonly body: unknown;
}

/** An error inside one environment. */
export interface EnvFailure {
  /** Which environment of the vector. */
  readonly index: number;
  /** The code of a `GymnasiumError`, `"env-failed"` for any other error, `"dead-worker"` where its thread ended. */
  readonly code: string;
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** What one environment tells in a message; nothing is sent for those that have nothing to tell. */
export interface EnvReply {
  readonly index: number;
  readonly observation?: unknown;
  readonly finalObservation?: unknown;
  readonly finalInfo?: Readonly<Record<string, unknown>>;
  readonly info?: Readonly<Record<string, unknown>>;
  /** The result of `state` and `call`. */
  readonly value?: unknown;
  readonly failure?: EnvFailure;
}
