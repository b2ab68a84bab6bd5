import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { StartSubject, Subject } from "./subject.ts";

/** The Python that has the peers' packages: see peer-environment.ts. */
export const python: string = fileURLToPath(new URL("../.venv/bin/python", import.meta.url));

/** The folder of the peers' scripts. */
export const peersFolder: string = fileURLToPath(new URL("../peers/", import.meta.url));

/** One JSON line to the process and the one that it answers with. */
type Ask = <Reply>(request: unknown) => Promise<Reply>;

/**
 * A subject that lives in a Python process of its own: `work(options)` of `peers/MODULE.py`. It waits on its standard
 * input while others are measured, and reads its own clock, so that the pipe costs nothing.
 */
export function peer(
  module: string,
  work: string,
  options: Readonly<Record<string, unknown>> = {},
): StartSubject {
  return async (scale) => {
    const given = JSON.stringify({ ...options, ...(scale === "smoke" ? { smoke: true } : {}) });
    const child = spawn(python, ["-u", `${peersFolder}serve.py`, module, work, given], { cwd: peersFolder });
    const ask = conversation(child, module);
    const subject: Subject = {
      sample: async (iterations) => (await ask<{ seconds: number }>({ sample: iterations })).seconds,
      answer: async () => (await ask<{ answer: number[] }>("answer")).answer,
      remark: async () => (await ask<{ remark: string }>("remark")).remark,
      async stop() {
        child.stdin.end();
        await new Promise((resolve) =>
          child.exitCode === null ? child.once("close", resolve) : resolve(null),
        );
      },
    };
    const offers = await ask<{ answer: boolean; remark: boolean }>(null);
    if (!offers.answer) delete subject.answer;
    if (!offers.remark) delete subject.remark;
    return subject;
  };
}

/** `null` asks nothing and waits for the first line, which says what the work offers. */
function conversation(child: ChildProcessWithoutNullStreams, module: string): Ask {
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2000);
  });
  child.stdin.on("error", () => {}); // a process that ends early is reported by `close`
  const lines = createInterface({ input: child.stdout });
  const waiting: { resolve(reply: never): void; reject(error: Error): void }[] = [];
  let ended: Error | null = null;
  lines.on("line", (line) => waiting.shift()?.resolve(JSON.parse(line) as never));
  const end = (why: string): void => {
    const last = complaint.trim().split("\n").at(-1) ?? "";
    ended = new Error(`peers/${module}.py ${why}${last === "" ? "" : `: ${last}`}`);
    for (const { reject } of waiting.splice(0)) reject(ended);
  };
  child.on("error", (error) => end(`did not start (${error.message})`));
  child.on("close", () => end("ended"));
  return (request) =>
    new Promise((resolve, reject) => {
      if (ended !== null) return reject(ended);
      waiting.push({ resolve, reject });
      if (request !== null) child.stdin.write(`${JSON.stringify(request)}\n`);
    });
}
