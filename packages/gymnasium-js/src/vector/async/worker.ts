import { type MessagePort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { EnvHost, failureOf } from "./env-host.ts";
import {
  CALL,
  type CallEnvelope,
  COMMAND,
  COMMANDS,
  doneSlot,
  type EnvReply,
  HAS_MESSAGE,
  toldSlot,
  type WorkerSetup,
} from "./protocol.ts";
import { waitAsync } from "./wait-async.ts";

/**
 * What every worker thread of an `AsyncVectorEnv` runs: it waits for a call, has the environments do it, and says that
 * it is done. While calls follow each other it sleeps in `Atomics.wait`, which wakes fastest; now and then, and always
 * when nothing comes, it gives Node's event loop a turn, so that what environments print gets out.
 */

/** Longest time without a turn of the event loop. */
const TURN_MILLISECONDS = 20;

const { setup, control, port, seen } = workerData as {
  readonly setup: WorkerSetup;
  readonly control: Int32Array;
  readonly port: MessagePort;
  readonly seen: number;
};

const host = await EnvHost.create(setup);
let last = seen;
let turned = performance.now();
for (;;) {
  await nextCall();
  last = Atomics.load(control, CALL);
  const command = COMMANDS[Atomics.load(control, COMMAND)]!;
  const message = Atomics.load(control, HAS_MESSAGE) === 1 ? receive() : null;
  const replies = host.run(command, message);
  if (replies.length > 0) post(replies);
  Atomics.store(control, toldSlot(setup.worker), replies.length > 0 ? 1 : 0);
  Atomics.store(control, doneSlot(setup.worker), last);
  Atomics.notify(control, doneSlot(setup.worker));
  if (command === "close") break;
}
port.close();

/** Waits for a new number in `CALL`. Being woken is not enough: the wake-up of the call just done may come late. */
async function nextCall(): Promise<void> {
  if (performance.now() - turned > TURN_MILLISECONDS) {
    await new Promise((resolve) => setImmediate(resolve));
    turned = performance.now();
  }
  while (Atomics.load(control, CALL) === last) {
    if (Atomics.wait(control, CALL, last, TURN_MILLISECONDS) !== "timed-out") continue;
    // Waiting for shared memory alone does not keep a thread alive.
    const alive = setInterval(() => {}, 2 ** 30);
    await waitAsync(control, CALL, last);
    clearInterval(alive);
    turned = performance.now();
  }
}

/** The message of this call; one of a call that could not be sent to all workers is passed over. */
function receive(): unknown {
  for (;;) {
    const { call, body } = receiveMessageOnPort(port)!.message as CallEnvelope;
    if (call === last) return body;
  }
}

/** Sends replies; one that cannot be cloned (an info with a function in it) becomes a failure of its environment. */
function post(replies: readonly EnvReply[]): void {
  try {
    port.postMessage(replies);
  } catch {
    port.postMessage(replies.map((reply) => (isCloneable(reply) ? reply : uncloneable(reply))));
  }
}

function uncloneable({ index }: EnvReply): EnvReply {
  const error = new Error(
    "what it gave (its info, observation or value) holds something that cannot be sent between threads, such as a function.",
  );
  return { index, failure: { ...failureOf(index, error), code: "bad-result" } };
}

function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}
