import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { DTypeError } from "../packages/core/src/errors.ts";
import { GradbridgeError } from "../packages/random/src/errors.ts";

// core imports GradbridgeError by package name. A build of random, or a second copy of the module, would
// bring another class of the same name.
it("resolves a package imported by name to its sources, in the one copy everybody shares", () => {
  expect(new DTypeError("message")).toBeInstanceOf(GradbridgeError);
});

it("starts workers that resolve packages to their builds", async () => {
  const core = new URL("../packages/core/package.json", import.meta.url);
  const worker = new Worker(
    `const { createRequire } = require("node:module");
     require("node:worker_threads").parentPort.postMessage(
       createRequire(${JSON.stringify(fileURLToPath(core))}).resolve("@gradbridge/random"));`,
    { eval: true },
  );
  const [resolved] = await once(worker, "message");
  await worker.terminate();
  expect(resolved).toBe(fileURLToPath(new URL("../packages/random/dist/index.js", import.meta.url)));
});
