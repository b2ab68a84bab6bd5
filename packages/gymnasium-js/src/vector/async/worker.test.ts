import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { Box } from "../../spaces/box.ts";
import { Discrete } from "../../spaces/discrete.ts";
import { CALL, COMMAND, COMMANDS, type Command, controlLength, doneSlot, HAS_MESSAGE } from "./protocol.ts";
import { createSharedBatch } from "./shared-arrays.ts";
import { waitAsync } from "./wait-async.ts";
import { workerUrl } from "./worker-url.ts";

it("a wake-up that comes after its call was done does not run the call again", async () => {
  const batch = createSharedBatch(1, new Float32Array(2), new Int32Array(1), false);
  const control = new Int32Array(new SharedArrayBuffer(4 * controlLength(1)));
  const { port1, port2 } = new MessageChannel();
  const setup = {
    worker: 0,
    first: 0,
    end: 1,
    numEnvs: 1,
    spec: { id: "test/Troublesome-v0" },
    kwargs: {},
    modules: [new URL("./fixtures/troublesome-envs.mjs", import.meta.url).href],
    autoresetMode: "next_step",
    spaces: {
      observation: JSON.stringify(new Box(0, 1e6, { shape: [2] })),
      action: JSON.stringify(new Discrete(6)),
    },
    batch,
  };
  const worker = new Worker(workerUrl(), {
    workerData: { setup, control, port: port2, seen: 0 },
    transferList: [port2],
  });
  const died = new Promise<void>((_, reject) => worker.on("error", reject));
  const call = async (number: number, command: Command, body: unknown): Promise<void> => {
    if (body !== null) port1.postMessage({ call: number, body });
    Atomics.store(control, HAS_MESSAGE, body === null ? 0 : 1);
    Atomics.store(control, COMMAND, COMMANDS.indexOf(command));
    Atomics.store(control, CALL, number);
    Atomics.notify(control, CALL);
    while (Atomics.load(control, doneSlot(0)) !== number)
      await Promise.race([died, waitAsync(control, doneSlot(0), number - 1)]);
  };
  await call(1, "reset", { seeds: [1], mask: null, options: null });
  await call(2, "step", null);
  while (Atomics.notify(control, CALL) === 0) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await call(3, "step", null);
  expect(batch.observations).toEqual(Float32Array.of(2, 4));
  expect(receiveMessageOnPort(port1)).toBeDefined();
  await worker.terminate();
});
