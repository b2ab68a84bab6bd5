import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { make } from "../../registration/make.ts";
import { type MakeAsyncVecOptions, makeVec } from "../../registration/make-vec.ts";
import { registry } from "../../registration/registry.ts";
import type { Space } from "../../spaces/space.ts";
import { AUTORESET_MODES } from "../vector-env.ts";
import type { AsyncVectorEnv } from "./async-vector-env.ts";
import type { AsyncVectorEnvError } from "./async-vector-env-error.ts";
import { copyArrays, shareBatch } from "./shared-arrays.ts";

const modules = [new URL("./fixtures/troublesome-envs.mjs", import.meta.url).href];
const open: AsyncVectorEnv[] = [];

/** Makes environments that are closed after the test. */
function makeAsyncVec(id: string, options: Omit<MakeAsyncVecOptions, "vectorizationMode">): AsyncVectorEnv {
  const envs = makeVec(id, { vectorizationMode: "async", ...options });
  open.push(envs);
  return envs;
}

/** Four environments in two workers. */
function makeTroublesome(options: Record<string, unknown> = {}): AsyncVectorEnv {
  return makeAsyncVec("test/Troublesome-v0", { numEnvs: 4, numWorkers: 2, modules, ...options });
}

async function errorOf(run: () => unknown): Promise<AsyncVectorEnvError> {
  try {
    await run();
  } catch (error) {
    return error as AsyncVectorEnvError;
  }
  throw new Error("nothing was thrown");
}

beforeAll(async () => {
  await import(/* @vite-ignore */ modules[0]!);
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((envs) => envs.close()));
});

const builtIn = [...registry.values()].filter(({ entryPoint, namespace }) => entryPoint && !namespace);

describe.each(AUTORESET_MODES)("with autoreset %s equals SyncVectorEnv", (autoresetMode) => {
  it.each(builtIn.map(({ id }) => id))("on %s", async (id) => {
    const options = { numEnvs: 3, autoresetMode, copy: true, maxEpisodeSteps: 17 };
    const sync = makeVec(id as string, { ...options, vectorizationMode: "sync" });
    const envs = makeAsyncVec(id, { ...options, numWorkers: 2 });
    envs.actionSpace.seed(5);
    expect(await envs.reset({ seed: 11 })).toEqual(sync.reset({ seed: 11 }));
    for (let t = 0; t < 60; t++) {
      const actions = envs.actionSpace.sample();
      const expected = sync.step(actions as never);
      const found = await envs.step(actions as never);
      expect(found).toEqual(expected);
      const done = expected[2].map((flag, i) => flag | expected[3][i]!);
      if (autoresetMode === "disabled" && done.includes(1)) {
        const partial = { options: { resetMask: done } };
        expect(await envs.reset(partial)).toEqual(sync.reset(partial));
      }
    }
    expect(await envs.state()).toEqual(sync.state());
  });
});

describe("AsyncVectorEnv", () => {
  it("starts a step and waits for it later", async () => {
    const envs = makeTroublesome();
    envs.resetAsync({ seed: 1 });
    expect((await errorOf(() => envs.stepAsync([0, 0, 0, 0]))).code).toBe("call-pending");
    expect((await errorOf(() => envs.stepWait())).code).toBe("no-call-pending");
    const [first] = (await envs.resetWait()) as [Float32Array, unknown];
    expect(first).toEqual(new Float32Array(8));
    envs.stepAsync([0, 0, 0, 0]);
    const [next, rewards] = await envs.stepWait({ timeoutMilliseconds: 60_000 });
    expect(next).toBe(first);
    expect(next).toEqual(Float32Array.of(1, 2, 1, 2, 1, 2, 1, 2));
    expect(rewards).toEqual(Float64Array.of(1, 1, 1, 1));
    expect((await errorOf(() => envs.resetWait())).code).toBe("no-call-pending");
  });

  it("does every step exactly once, with more threads than cores", async () => {
    const envs = makeTroublesome({ numWorkers: 4, maxEpisodeSteps: -1 });
    await envs.reset();
    const actions = new Int32Array(4);
    for (let t = 1; t < 3000; t++) {
      const [observations] = (await envs.step(actions)) as unknown as [Float32Array];
      if (observations.some((value, i) => value !== (i % 2 === 0 ? t : 2 * t))) {
        expect.fail(`after ${t} steps the environments counted ${observations}`);
      }
    }
  });

  it("hands out fresh arrays with copy", async () => {
    const envs = makeTroublesome({ copy: true });
    const [first] = await envs.reset();
    const [second, rewards] = await envs.step([0, 0, 0, 0]);
    expect(first).toEqual(new Float32Array(8));
    const [, laterRewards] = await envs.step([0, 0, 0, 0]);
    expect(second).toEqual(Float32Array.of(1, 2, 1, 2, 1, 2, 1, 2));
    expect(laterRewards).not.toBe(rewards);
  });

  it("passes arguments, seeds, options and infos", async () => {
    const envs = makeTroublesome({ greeting: "servus" });
    const [, info] = await envs.reset({ seed: [7, null, 7, 2n ** 60n] });
    expect(info.greeting).toEqual(["servus", "servus", "servus", "servus"]);
    const draw = info.draw as Float64Array;
    expect(draw[0]).toBe(draw[2]);
    const alone = make("test/Troublesome-v0");
    expect(draw[3]).toBe(alone.reset({ seed: 2n ** 60n })[1].draw);
    const [, , , , told] = await envs.step([0, 0, 0, 0]);
    expect(told.nested).toMatchObject({ list: [new Set([1]), new Set([1]), new Set([1]), new Set([1])] });
    expect(await envs.call("shout", "step")).toEqual(["step 1", "step 1", "step 1", "step 1"]);
    expect(await envs.call("greeting")).toEqual(["servus", "servus", "servus", "servus"]);
    expect((await errorOf(() => envs.call("whisper"))).code).toBe("unsupported");
    const unclonable = { options: { callback: () => 1 } };
    expect((await errorOf(() => envs.reset(unclonable))).code).toBe("unsupported");
    await envs.reset({ seed: 3 });
  });

  it("sends what has no typed arrays as messages", async () => {
    const envs = makeAsyncVec("test/Words-v0", {
      numEnvs: 3,
      numWorkers: 2,
      modules,
      autoresetMode: "same_step",
    });
    const sync = makeVec("test/Words-v0", {
      numEnvs: 3,
      vectorizationMode: "sync",
      autoresetMode: "same_step",
    });
    expect(await envs.reset({ seed: 4 })).toEqual(sync.reset({ seed: 4 }));
    const [words] = await envs.step(["a", "end", "bcd"]);
    expect([(words as string[])[0], (words as string[])[2]]).toEqual(["A", "BCD"]);
    sync.step(["a", "end", "bcd"]);
    const actions = ["end", "end", "x"];
    const [found, expected] = [await envs.step(actions), sync.step(actions)];
    expect(found).toEqual(expected);
    expect(found[4]).toMatchObject({ finalObservation: ["END", "END", null] });
  });

  it("accepts actions in every form that sync accepts", async () => {
    const pendulum = makeAsyncVec("Pendulum-v1", { numEnvs: 2, numWorkers: 2 });
    const sync = makeVec("Pendulum-v1", { numEnvs: 2, vectorizationMode: "sync" });
    expect(await pendulum.reset({ seed: 1 })).toEqual(sync.reset({ seed: 1 }));
    for (const actions of [Float32Array.of(0.3, -2), [Float32Array.of(0.3), Float32Array.of(1)]]) {
      expect(await pendulum.step(actions as never)).toEqual(sync.step(actions as never));
    }
    const cartPole = makeAsyncVec("CartPole-v1", { numEnvs: 2 });
    await cartPole.reset({ seed: 1 });
    for (const actions of [[1, 0], Float64Array.of(1, 0), Int32Array.of(1, 0)]) {
      expect((await cartPole.step(actions as never))[1]).toEqual(Float64Array.of(1, 1));
    }
    expect((await errorOf(() => cartPole.step([0.5, 0]))).code).toBe("invalid-action");
    expect((await errorOf(() => cartPole.step([0, 0, 0]))).code).toBe("invalid-action");
  });

  it("continues from its own state and from that of a SyncVectorEnv", async () => {
    const sync = makeVec("Taxi-v4", { numEnvs: 3, vectorizationMode: "sync" });
    sync.reset({ seed: 8 });
    sync.step([0, 1, 2]);
    const envs = makeAsyncVec("Taxi-v4", { numEnvs: 3, numWorkers: 2, copy: true });
    await envs.restore(sync.state());
    const saved = await envs.state();
    expect(saved).toEqual(sync.state());
    const expected = sync.step([3, 2, 1]);
    expect(await envs.step([3, 2, 1])).toEqual(expected);
    await envs.restore(saved);
    expect(await envs.step([3, 2, 1])).toEqual(expected);
    expect((await errorOf(() => envs.restore({ done: [], envs: [] }))).code).toBe("bad-state");
  });

  it("renders in the workers", async () => {
    const envs = makeAsyncVec("FrozenLake-v1", { numEnvs: 2, numWorkers: 2, renderMode: "ansi" });
    await envs.reset({ seed: 1 });
    const [left, right] = await envs.render();
    expect(left).toBe(right);
    expect(left).toContain("FHFH");
  });

  it("checks its arguments", async () => {
    const wrong = (options: Record<string, unknown>) =>
      errorOf(() => makeAsyncVec("CartPole-v1", options as never));
    expect((await wrong({ numEnvs: 0 })).code).toBe("bad-kwarg");
    expect((await wrong({ numEnvs: 2, numWorkers: 3 })).code).toBe("bad-kwarg");
    expect((await wrong({ autoresetMode: "never" })).code).toBe("bad-kwarg");
    expect((await wrong({ wrappers: [] })).code).toBe("bad-kwarg");
    expect((await errorOf(() => makeTroublesome({ greeting: () => "hi" }))).code).toBe("bad-kwarg");
    expect((await errorOf(() => makeAsyncVec("test/Nothing-v0", {}))).code).toBe("unknown-id");
  });
});

describe("when an environment of an AsyncVectorEnv throws", () => {
  it("says which one, and the others have done their step", async () => {
    const envs = makeTroublesome();
    await envs.reset({ seed: 1 });
    const error = await errorOf(() => envs.step([0, 1, 0, 1]));
    expect(error.code).toBe("env-failed");
    expect(error.envIndex).toBe(1);
    expect(error.message).toMatch(/Environment 1 .*ran out of fuel.*also failed.*3/i);
    expect(error.failures).toMatchObject([{ index: 1, name: "RangeError" }, { index: 3 }]);
    expect(error.cause).toMatchObject({ name: "RangeError", message: "ran out of fuel" });
    const [observations] = error.result as [Float32Array];
    expect([observations[0], observations[4]]).toEqual([1, 1]);
    const [next] = await envs.step([0, 0, 0, 0]);
    expect(next).toEqual(Float32Array.of(2, 4, 2, 4, 2, 4, 2, 4));
    const refused = await errorOf(() => envs.reset({ options: { refuse: true, resetMask: [0, 0, 1, 0] } }));
    expect([refused.envIndex, refused.failures.length]).toEqual([2, 1]);
    const [after] = (await envs.reset({ options: { resetMask: [0, 0, 1, 0] } })) as [Float32Array, unknown];
    expect(after).toEqual(Float32Array.of(2, 4, 2, 4, 0, 0, 2, 4));
  });

  it("keeps the environment's own code", async () => {
    const envs = makeTroublesome();
    expect((await errorOf(() => envs.step([0, 0, 0, 0]))).code).toBe("reset-needed");
    await envs.reset();
    expect((await errorOf(() => envs.step([0, 4, 0, 0]))).code).toBe("bad-result");
  });

  it("with autoreset disabled needs a reset of the ended ones, before anything is done", async () => {
    const envs = makeTroublesome({ autoresetMode: "disabled" });
    await envs.reset();
    await envs.step([0, 5, 0, 0]);
    expect((await errorOf(() => envs.step([0, 0, 0, 0]))).code).toBe("reset-needed");
    await envs.reset({ options: { resetMask: [0, 1, 0, 0] } });
    expect((await envs.step([0, 0, 0, 0]))[0]).toEqual(Float32Array.of(2, 4, 1, 2, 2, 4, 2, 4));
  });
});

describe("when a worker of an AsyncVectorEnv ends", () => {
  it("names its environments, the others keep their state, and a reset starts a new one", async () => {
    const envs = makeTroublesome();
    await envs.reset({ seed: 1 });
    const error = await errorOf(() => envs.step([0, 0, 2, 0]));
    expect(error.code).toBe("dead-worker");
    expect(error.failures.map(({ index }) => index)).toEqual([2, 3]);
    expect(error.message).toContain("code 3");
    expect((error.result as [Float32Array])[0][0]).toBe(1);
    expect((await errorOf(() => envs.step([0, 0, 0, 0]))).code).toBe("dead-worker");
    expect((await errorOf(() => envs.state())).code).toBe("dead-worker");
    const mask = { resetMask: [0, 0, 1, 1] };
    const [, info] = await envs.reset({ seed: 1, options: mask });
    const alone = make("test/Troublesome-v0");
    expect((info.draw as Float64Array)[2]).toBe(alone.reset({ seed: 3 })[1].draw);
    const [next] = await envs.step([0, 0, 0, 0]);
    expect(next).toEqual(Float32Array.of(2, 4, 2, 4, 1, 2, 1, 2));
  });

  it("leaves one alone that was not asked to reset", async () => {
    const envs = makeTroublesome();
    await envs.reset({ seed: 1 });
    expect((await errorOf(() => envs.step([2, 0, 2, 0]))).failures.length).toBe(4);
    await envs.reset({ seed: 1, options: { resetMask: [1, 0, 0, 0] } });
    const stillDead = await errorOf(() => envs.step([0, 0, 0, 0]));
    expect(stillDead.failures).toMatchObject([{ index: 2, code: "dead-worker" }, { index: 3 }]);
    await envs.reset({ options: { resetMask: [0, 0, 1, 1] } });
    expect(await errorOf(() => envs.step([0, 0, 0, 0]))).toMatchObject({ code: "reset-needed", envIndex: 1 });
    await envs.reset();
    expect((await envs.step([0, 0, 0, 0]))[1]).toEqual(Float64Array.of(1, 1, 1, 1));
  });

  it("says what kept it from starting", async () => {
    const failing = makeTroublesome({ failIn: "worker" });
    const error = await errorOf(() => failing.reset());
    expect(error.code).toBe("dead-worker");
    expect(error.message).toContain("no such simulator");
    const unknown = makeAsyncVec("test/Troublesome-v0", { numEnvs: 1 });
    expect((await errorOf(() => unknown.reset())).message).toMatch(/not registered in the worker.*modules/);
  });
});

describe("close of an AsyncVectorEnv", () => {
  it("after a time-out ends what would never end, and can be called twice", async () => {
    const envs = makeTroublesome();
    await envs.reset({ seed: 1 });
    envs.stepAsync([3, 0, 0, 0]);
    expect((await errorOf(() => envs.stepWait({ timeoutMilliseconds: 10 }))).code).toBe("timeout");
    const waiting = errorOf(() => envs.stepWait());
    const closing = envs.close({ timeoutMilliseconds: 10 });
    expect(envs.close()).toBe(closing);
    await closing;
    expect((await waiting).code).toBe("closed");
    expect(envs.closed).toBe(true);
    expect((await errorOf(() => envs.step([0, 0, 0, 0]))).code).toBe("closed");
  });

  it("while a step runs lets it end", async () => {
    const envs = makeTroublesome();
    await envs.reset({ seed: 1 });
    envs.stepAsync([0, 0, 0, 0]);
    const step = envs.stepWait();
    await envs.close();
    expect((await step)[1]).toEqual(Float64Array.of(1, 1, 1, 1));
    await makeTroublesome().close();
    await makeTroublesome().close({ terminate: true });
  });

  it("tells what environments throw when they are closed, after the threads ended", async () => {
    const envs = makeTroublesome({ failIn: "close" });
    open.pop();
    await envs.reset();
    const error = await errorOf(() => envs.close());
    expect([error.code, error.failures.length]).toEqual(["env-failed", 4]);
    expect(error.message).toContain("the door is stuck");
  });

  it("may be forgotten: the process ends, also while a step runs", () => {
    const program = `
      import { makeVec } from "gymnasium-js";
      import ${JSON.stringify(modules[0])};
      const envs = makeVec("test/Troublesome-v0", { vectorizationMode: "async", modules: ${JSON.stringify(modules)} });
      await envs.reset();
      envs.stepAsync([3]);
      console.log("the end");`;
    const cwd = fileURLToPath(new URL("../../..", import.meta.url));
    const printed = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
      cwd,
      encoding: "utf8",
    });
    expect(printed).toBe("the end\n");
  });

  it("has the environment's spaces and spec", () => {
    const envs = makeAsyncVec("CartPole-v1", { numEnvs: 2 });
    const space: Space = make("CartPole-v1").observationSpace;
    expect(envs.singleObservationSpace.equals(space)).toBe(true);
    expect(envs.observationSpace.shape).toEqual([2, 4]);
    expect(envs.spec?.kwargs).toMatchObject({ numEnvs: 2, vectorizationMode: "async" });
  });
});

describe("shared arrays", () => {
  it("have the form of a batch of any depth, and are null where there is none", () => {
    const batch = { a: new Float32Array(2), b: [new Int8Array(3), { c: new Uint8Array(1) }] };
    const shared = shareBatch(batch) as typeof batch;
    expect(shared).toEqual(batch);
    expect(shared.a.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect((shared.b[0] as Int8Array).buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(shareBatch({ a: new Float32Array(2), words: [null, null] })).toBeNull();
    expect(shareBatch(new DataView(new ArrayBuffer(8)))).toBeNull();
  });

  it("are copied where the forms agree", () => {
    const target = { a: new Float32Array(2), b: [new Int8Array(1)] };
    expect(copyArrays(target, { a: Float32Array.of(1, 2), b: [Int8Array.of(3)] })).toBe(true);
    expect(target).toEqual({ a: Float32Array.of(1, 2), b: [Int8Array.of(3)] });
    for (const other of [
      null,
      [],
      { a: new Float32Array(2) },
      { a: new Float64Array(2), b: [new Int8Array(1)] },
      { a: new Float32Array(3), b: [new Int8Array(1)] },
      { a: new Float32Array(2), b: { 0: new Int8Array(1) } },
      { a: new Float32Array(2), b: [new Int8Array(1)], c: 1 },
    ]) {
      expect(copyArrays(target, other)).toBe(false);
    }
  });
});
