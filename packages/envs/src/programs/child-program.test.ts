import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { ChildProgram, type ProgramOptions } from "./child-program.ts";
import type { FrameArray } from "./frame.ts";

const file = fileURLToPath(new URL("fixtures/program.mjs", import.meta.url));
const made: ChildProgram[] = [];
let printed = "";

function start(fault: string, options: Partial<ProgramOptions> = {}, healed?: string): ChildProgram {
  printed = "";
  const program = new ChildProgram(
    {
      command: process.execPath,
      args: healed === undefined ? [file, fault] : [file, fault, healed],
      timeoutMilliseconds: 20_000,
      onPrint: (text) => {
        printed += text;
      },
      ...options,
    },
    { name: 'program "test"', role: "tester" },
  );
  made.push(program);
  return program;
}

afterEach(async () => {
  for (const program of made.splice(0)) await program.close();
});

const arrays: Record<string, FrameArray> = {
  observation: { values: Float32Array.of(1, 2, 3, 4, 5, Number.NaN), shape: [3, 2] },
  reward: { values: Float64Array.of(Math.PI), shape: [] },
  done: { values: Uint8Array.of(1, 0, 1), shape: [3] },
  steps: { values: Int32Array.of(-7), shape: [1] },
  nothing: { values: new Int8Array(0), shape: [0, 4] },
};

describe("ChildProgram", () => {
  it("gives arrays and facts to another program and takes them back, whatever that prints", async () => {
    const program = start("none");
    const answer = await program.call("turn", { text: "öß→\n", list: [1, { a: null }] }, arrays);
    expect(answer.arrays).toEqual(arrays);
    expect(answer.fields).toMatchObject({ text: "öß→\n", list: [1, { a: null }] });
    expect((await program.call("again")).arrays).toEqual({});
    expect(program.starts).toBe(1);
    await program.close();
    expect(printed).toContain("greeted as tester\n");
    expect(printed).toContain("a print\nof two lines\n");
  });

  it("moves megabytes in one frame", async () => {
    const values = Float32Array.from({ length: 1_000_000 }, (_, i) => i);
    const answer = await start("none").call("turn", {}, { values: { values, shape: [1000, 1000] } });
    expect(Buffer.from(answer.arrays.values!.values.buffer).equals(Buffer.from(values.buffer))).toBe(true);
  });

  it("lets the program end when it is closed, and takes no more calls", async () => {
    const program = start("none");
    const { pid } = (await program.start()).fields;
    await program.close();
    expect(() => process.kill(pid as number, 0)).toThrow(/ESRCH/);
    await expect(program.call("turn")).rejects.toMatchObject({ code: "program-closed" });
    await program.close();
  });

  it("takes one call at a time", async () => {
    const program = start("none");
    const first = program.call("turn");
    await expect(program.call("turn")).rejects.toMatchObject({ code: "program-busy" });
    await first;
  });

  it.each([
    ["dies at once", "program-exit", /ended with exit status 3/],
    ["dies", "program-exit", /ended with exit status 3\. Its last words:\n(.*\n)*.*out of luck/],
    ["is killed", "program-exit", /ended with SIGKILL/],
    ["refuses", "program-start", /reports: not today\nline 1/],
    ["speaks version 2", "program-start", /version 2; needed is hello, gradbridge version 1/],
    ["prints frames", "program-protocol", /bytes that are no frame: "not a frame at all/],
    ["promises too much", "program-protocol", /0 \+ 4294967288 bytes are more than/],
    ["answers another call", "program-protocol", /answered turn 0 with answer 1/],
    ["reports an error", "program-error", /reports: the matrix is singular\nsolve\.py:12/],
    ["sends no JSON", "program-protocol", /header is not JSON/],
    ["sends half an array", "program-protocol", /ends within the array "y"/],
    ["sends an unknown dtype", "program-protocol", /dtype "complex64"; one of float32/],
  ])("says clearly when a program %s", async (fault, code, message) => {
    const program = start(fault);
    const call = program.call("turn", {}, arrays);
    await expect(call).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    await expect(call).rejects.toThrow(/^program "test" /);
    // it survives an error that it reports itself; after everything else there is no process left
    expect(program.isRunning).toBe(fault === "reports an error");
  });

  it("notices an answer that nobody asked for", async () => {
    const program = start("answers twice");
    await program.call("turn");
    await expect.poll(() => program.isRunning).toBe(false);
  });

  it("kills a program that hangs", async () => {
    const program = start("hangs", { timeoutMilliseconds: 300 });
    const { pid } = (await program.start()).fields;
    await expect(program.call("turn")).rejects.toMatchObject({
      code: "program-timeout",
      message: expect.stringContaining("did not answer turn within 300 ms, and was killed."),
    });
    await expect.poll(() => isAlive(pid as number)).toBe(false);
  });

  it("kills a program that does not greet", async () => {
    const program = start("does not greet", { startTimeoutMilliseconds: 500 });
    await expect(program.call("turn")).rejects.toMatchObject({ code: "program-timeout" });
    expect(program.isRunning).toBe(false);
  });

  it("says when there is no such program", async () => {
    const program = start("none", { command: "no-such-program-anywhere" });
    await expect(program.call("turn")).rejects.toMatchObject({
      code: "program-start",
      message: expect.stringContaining("ENOENT"),
    });
  });

  it.each(["dies", "hangs", "prints frames"])(
    "starts a program that %s anew with the next call",
    async (fault) => {
      const folder = mkdtempSync(join(tmpdir(), "child-program-"));
      try {
        const healed = join(folder, "healed");
        const program = start(fault, { timeoutMilliseconds: 2000 }, healed);
        await expect(program.call("turn")).rejects.toThrow();
        expect(existsSync(healed)).toBe(true);
        expect((await program.call("turn", {}, arrays)).arrays).toEqual(arrays);
        expect(program.starts).toBe(2);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );

  it.each(["none", "hangs"])("leaves no process behind that %s, when this one ends", async (fault) => {
    const build = new URL("../../dist/index.js", import.meta.url).href;
    const script = `
      import { ChildProgram } from ${JSON.stringify(build)};
      const program = new ChildProgram(${JSON.stringify({ command: process.execPath, args: [file, fault] })}, { name: "t", role: "t" });
      console.log((await program.start()).fields.pid);
      if (${fault === "hangs"}) { void program.call("turn"); setTimeout(() => process.exit(0), 200); }`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
    const pid = Number(stdout);
    expect(pid).toBeGreaterThan(0);
    await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);
  });

  it("ends a call that runs when it is closed", async () => {
    const program = start("hangs");
    await program.start();
    const call = program.call("turn");
    const ended = expect(call).rejects.toMatchObject({ code: "program-closed" });
    await program.close();
    await ended;
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
