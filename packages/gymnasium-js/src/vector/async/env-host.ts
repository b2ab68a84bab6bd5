import type { Env, Info } from "../../env.ts";
import { GymnasiumError } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { EnvSpec } from "../../registration/env-spec.ts";
import { makeAsync } from "../../registration/make.ts";
import { registry } from "../../registration/registry.ts";
import type { Seed } from "../../seeding.ts";
import { type StepInto, stepIntoOf } from "../../step-into.ts";
import type { Command, EnvFailure, EnvReply, SharedBatch, WorkerSetup } from "./protocol.ts";

/** What comes with `reset`: one seed for each environment of the worker, and 1 for those to reset. */
export interface ResetMessage {
  readonly seeds: readonly (Seed | null)[];
  readonly mask: readonly number[] | null;
  readonly options: Readonly<Record<string, unknown>> | null;
}

/** What comes with `call`. */
export interface CallMessage {
  readonly name: string;
  readonly args: readonly unknown[];
}

/**
 * The environments of one worker. It reads actions from the shared memory, writes what they give into it, and returns
 * what must be told in a message. An environment that throws does not keep the others from their turn.
 */
export class EnvHost {
  readonly #setup: WorkerSetup;
  readonly #envs: readonly Env[];
  readonly #batch: SharedBatch;
  /** The shared observations, or memory of this thread where they are no typed arrays. */
  readonly #observations: unknown;
  readonly #stepInto: readonly StepInto<Env["observationSpace"], Env["actionSpace"]>[];

  private constructor(setup: WorkerSetup, envs: readonly Env[]) {
    this.#setup = setup;
    this.#envs = envs;
    this.#batch = setup.batch;
    this.#observations = setup.batch.observations ?? envs[0]!.observationSpace.createBatch(setup.numEnvs);
    this.#stepInto = envs.map((env) => stepIntoOf(env));
  }

  /**
   * Imports the modules and makes the environments.
   *
   * @throws GymnasiumError `bad-entry-point` where the id is not registered in this thread, `bad-space` where spaces
   *   differ from those of the vector environment; what imports and constructors throw.
   */
  static async create(setup: WorkerSetup): Promise<EnvHost> {
    for (const module of setup.modules) await import(/* @vite-ignore */ module);
    const spec = new EnvSpec(setup.spec);
    if (spec.entryPoint === null && !registry.has(spec.id)) {
      throw new GymnasiumError(
        "bad-entry-point",
        `${spec.id} is not registered in the worker thread: give modules, the addresses of the modules that register it ` +
          "(import.meta.resolve finds them).",
      );
    }
    const envs: Env[] = [];
    for (let i = setup.first; i < setup.end; i++) envs.push(await makeAsync(spec, setup.kwargs));
    for (const { observationSpace, actionSpace } of envs) {
      requireSpace("observationSpace", observationSpace.toJSON(), setup.spaces.observation);
      requireSpace("actionSpace", actionSpace.toJSON(), setup.spaces.action);
    }
    return new EnvHost(setup, envs);
  }

  /** Does one command for each environment. `message` is what came with it. */
  run(command: Command, message: unknown): EnvReply[] {
    switch (command) {
      case "reset":
        return this.#reset(message as ResetMessage);
      case "step":
        return this.#forEach((i, place) => this.#step(i, place, message as readonly unknown[] | null));
      case "state":
        return this.#forEach((index, place) => ({ index, value: stateOf(this.#envs[place]!) }));
      case "restore":
        return this.#forEach((_, place) => {
          this.#envs[place]!.restore?.((message as readonly JsonValue[])[place]!);
          return null;
        });
      case "call": {
        const { name, args } = message as CallMessage;
        return this.#forEach((index, place) => ({ index, value: callOn(this.#envs[place]!, name, args) }));
      }
      case "close":
        return this.#forEach((_, place) => {
          this.#envs[place]!.close();
          return null;
        });
      default:
        return command satisfies never;
    }
  }

  #forEach(act: (index: number, place: number) => EnvReply | null): EnvReply[] {
    const { first } = this.#setup;
    const replies: EnvReply[] = [];
    for (let place = 0; place < this.#envs.length; place++) {
      try {
        const reply = act(first + place, place);
        if (reply !== null) replies.push(reply);
      } catch (error) {
        replies.push({ index: first + place, failure: failureOf(first + place, error) });
      }
    }
    return replies;
  }

  #reset({ seeds, mask, options }: ResetMessage): EnvReply[] {
    const { terminated, truncated, done } = this.#batch;
    return this.#forEach((i, place) => {
      if (mask !== null && mask[place] !== 1) return null;
      terminated[i] = 0;
      truncated[i] = 0;
      done[i] = 0;
      return this.#told(i, place, { info: this.#resetOne(i, place, seeds[place]!, options) });
    });
  }

  #step(i: number, place: number, given: readonly unknown[] | null): EnvReply | null {
    const { rewards, terminated, truncated, done } = this.#batch;
    const { autoresetMode } = this.#setup;
    if (done[i] === 1 && autoresetMode === "next_step") {
      const info = this.#resetOne(i, place, null, null);
      rewards[i] = 0;
      terminated[i] = 0;
      truncated[i] = 0;
      done[i] = 0;
      return this.#told(i, place, { info });
    }
    const action = given === null ? this.#readAction(place, i) : given[place];
    const info = this.#stepInto[place]!(
      action,
      { rewards, terminated, truncated, observations: this.#observations },
      i,
    );
    done[i] = terminated[i]! | truncated[i]!;
    if (done[i] === 0 || autoresetMode !== "same_step") return this.#told(i, place, { info });
    return this.#told(i, place, this.#finish(i, place, info));
  }

  /** Keeps the last observation and information of an ended episode, and starts the next one. */
  #finish(i: number, place: number, told: Info): Omit<EnvReply, "index"> {
    const { finals, isFinal, done } = this.#batch;
    const space = this.#envs[place]!.observationSpace;
    const last = space.readBatch(this.#observations, i);
    if (finals !== null) space.writeBatch(finals, i, last);
    isFinal[i] = 1;
    done[i] = 0;
    const info = this.#resetOne(i, place, null, null);
    return { info, finalInfo: { ...told }, ...(finals === null ? { finalObservation: last } : {}) };
  }

  #resetOne(
    i: number,
    place: number,
    seed: Seed | null,
    options: Readonly<Record<string, unknown>> | null,
  ): Info {
    const env = this.#envs[place]!;
    const [observation, info] = env.reset({ seed, options });
    env.observationSpace.writeBatch(this.#observations, i, observation);
    return info;
  }

  #readAction(place: number, i: number): unknown {
    return this.#envs[place]!.actionSpace.readBatch(this.#batch.actions, i);
  }

  /** The reply of one environment, `null` where shared memory already says everything. */
  #told(index: number, place: number, { info, ...rest }: Omit<EnvReply, "index">): EnvReply | null {
    const isLocal = this.#batch.observations === null;
    const saysNothing = Object.keys(info!).length === 0;
    if (!isLocal && saysNothing && rest.finalInfo === undefined) return null;
    return {
      index,
      ...rest,
      ...(saysNothing ? {} : { info: info! }),
      ...(isLocal
        ? { observation: this.#envs[place]!.observationSpace.readBatch(this.#observations, index) }
        : {}),
    };
  }
}

/** An error in a form that can be sent between threads. */
export function failureOf(index: number, error: unknown): EnvFailure {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const code = error instanceof GymnasiumError ? error.code : "env-failed";
  return { index, code, name, message, stack: stack ?? message };
}

function stateOf(env: Env): JsonValue {
  if (env.state !== undefined) return env.state();
  throw new GymnasiumError("unsupported", `${env} has no state(); write state and restore to save it.`);
}

/** Calls a method, or reads a property, of the environment or of the nearest one it wraps that has it. */
function callOn(env: Env, name: string, args: readonly unknown[]): unknown {
  let holder: object | undefined = env;
  while (holder !== undefined && !(name in holder)) holder = (holder as { env?: object }).env;
  if (holder === undefined) {
    throw new GymnasiumError("unsupported", `${env} has neither a method nor a property ${name}.`);
  }
  const found = (holder as Record<string, unknown>)[name];
  return typeof found === "function" ? found.apply(holder, args) : found;
}

function requireSpace(name: string, found: unknown, expected: string): void {
  if (JSON.stringify(found) === expected) return;
  throw new GymnasiumError(
    "bad-space",
    `All environments need the same ${name}; here it is ${expected}, in the worker ${JSON.stringify(found)}.`,
  );
}
