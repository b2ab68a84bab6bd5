import type { MessagePort, Worker } from "node:worker_threads";
import { GymnasiumError } from "../../errors.ts";
import { nodeModule } from "../../rendering/optional-package.ts";
import {
  CALL,
  type CallEnvelope,
  COMMAND,
  COMMANDS,
  type Command,
  controlLength,
  doneSlot,
  type EnvFailure,
  type EnvReply,
  HAS_MESSAGE,
  toldSlot,
  type WorkerSetup,
} from "./protocol.ts";
import { waitAsync } from "./wait-async.ts";
import { workerUrl } from "./worker-url.ts";

type WorkerThreads = typeof import("node:worker_threads");

interface Running {
  readonly thread: Worker;
  readonly port: MessagePort;
  /** Why the thread ended, or `null` while it runs. */
  death: string | null;
}

/**
 * The worker threads of one vector environment, and one call at a time to all of them.
 *
 * No thread keeps the process alive; whoever waits for a call must.
 */
export class WorkerPool {
  readonly #setups: readonly WorkerSetup[];
  readonly #threads: WorkerThreads;
  readonly #control: Int32Array;
  readonly #workers: Running[];
  #call = 0;

  /** @throws GymnasiumError `unsupported` without Node, `bad-kwarg` where a setup cannot be sent to a thread. */
  constructor(setups: readonly WorkerSetup[]) {
    const threads = nodeModule<WorkerThreads>("worker_threads");
    if (threads === null) {
      throw new GymnasiumError(
        "unsupported",
        'AsyncVectorEnv needs the worker threads of Node ≥ 20.16; elsewhere use vectorizationMode "sync".',
      );
    }
    this.#threads = threads;
    this.#setups = setups;
    this.#control = new Int32Array(new SharedArrayBuffer(4 * controlLength(setups.length)));
    this.#workers = setups.map((setup) => this.#start(setup));
  }

  #start(setup: WorkerSetup): Running {
    const { port1, port2 } = new this.#threads.MessageChannel();
    let thread: Worker;
    try {
      thread = new this.#threads.Worker(workerUrl(), {
        name: `environments ${setup.first} to ${setup.end - 1}`,
        workerData: { setup, control: this.#control, port: port2, seen: this.#call },
        transferList: [port2],
        // Node's own default, without the flag that is only allowed together with a program in the command line.
        execArgv: process.execArgv.filter((flag) => !flag.startsWith("--input-type")),
      });
    } catch (cause) {
      port1.close();
      throw new GymnasiumError(
        "bad-kwarg",
        `The arguments of ${setup.spec.id} cannot be sent to a worker thread: ${(cause as Error).message}`,
        { cause },
      );
    }
    const running: Running = { thread, port: port1, death: null };
    let reason = "";
    thread.on("error", (error: unknown) => {
      reason = `: ${error instanceof Error ? error.message : String(error)}`;
    });
    thread.on("exit", (code: number) => {
      running.death = `its worker thread ended with code ${code}${reason}`;
      Atomics.notify(this.#control, doneSlot(setup.worker));
    });
    thread.unref();
    return running;
  }

  /** A failure for each environment of a thread that ended. */
  deadEnvs(): EnvFailure[] {
    return this.#setups.flatMap((setup) => this.#failuresOf(setup));
  }

  #failuresOf({ worker, first, end }: WorkerSetup): EnvFailure[] {
    const { death } = this.#workers[worker]!;
    if (death === null) return [];
    const message = `${death}. Its state is lost; reset it to start a new one.`;
    const failure = { code: "dead-worker", name: "Error", message, stack: message };
    return Array.from({ length: end - first }, (_, i) => ({ index: first + i, ...failure }));
  }

  /** Starts a new thread, with new environments, for every one that ended and has an environment that `isNeeded`. */
  revive(isNeeded: (index: number) => boolean = () => true): void {
    for (const { index } of this.deadEnvs()) {
      const worker = this.#setups.findIndex(({ end }) => index < end);
      const { death, port } = this.#workers[worker]!;
      if (death === null || !isNeeded(index)) continue;
      port.close();
      this.#workers[worker] = this.#start(this.#setups[worker]!);
    }
  }

  /**
   * Has all workers do something.
   *
   * @param messages - what each is told, or `null` where shared memory says everything.
   * @returns a promise of what the environments tell, those of dead workers a failure. It never rejects.
   * @throws GymnasiumError `unsupported` where a message cannot be sent between threads; then nothing was done.
   */
  call(command: Command, messages: readonly unknown[] | null): Promise<EnvReply[]> {
    // Numbers wrap around; they are only compared for being equal.
    this.#call = (this.#call + 1) | 0;
    messages?.forEach((body, worker) => {
      this.#post(worker, { call: this.#call, body });
    });
    Atomics.store(this.#control, COMMAND, COMMANDS.indexOf(command));
    Atomics.store(this.#control, HAS_MESSAGE, messages === null ? 0 : 1);
    Atomics.store(this.#control, CALL, this.#call);
    Atomics.notify(this.#control, CALL);
    return this.#replies(this.#call);
  }

  #post(worker: number, envelope: CallEnvelope): void {
    try {
      this.#workers[worker]!.port.postMessage(envelope);
    } catch (cause) {
      throw new GymnasiumError(
        "unsupported",
        `What the environments were given cannot be sent to worker threads: ${(cause as Error).message}`,
        { cause },
      );
    }
  }

  async #replies(call: number): Promise<EnvReply[]> {
    const replies: EnvReply[] = [];
    for (const setup of this.#setups) {
      const running = this.#workers[setup.worker]!;
      const slot = doneSlot(setup.worker);
      let finished = Atomics.load(this.#control, slot);
      while (finished !== call && running.death === null) {
        await waitAsync(this.#control, slot, finished);
        finished = Atomics.load(this.#control, slot);
      }
      if (finished === call && Atomics.load(this.#control, toldSlot(setup.worker)) === 0) continue;
      const received = this.#threads.receiveMessageOnPort(running.port) as
        | { message: EnvReply[] }
        | undefined;
      if (finished === call && received !== undefined) replies.push(...received.message);
      else for (const failure of this.#failuresOf(setup)) replies.push({ index: failure.index, failure });
    }
    return replies;
  }

  /** Ends all threads, also those in an endless loop. */
  async terminate(): Promise<void> {
    await Promise.all(this.#workers.map(({ thread }) => thread.terminate()));
    for (const { port } of this.#workers) port.close();
  }
}
