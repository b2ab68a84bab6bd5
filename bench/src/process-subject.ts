import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Subject } from "./subject.ts";

/** One JSON line to the process and the one that it answers with. */
type Ask = <Reply>(request: unknown) => Promise<Reply>;

/** A program that serves a subject: peers/serve.py, serve.ts. */
export interface Server {
  readonly executable: string;
  readonly arguments: readonly string[];
  readonly cwd?: string;
  /** What messages call it. */
  readonly name: string;
}

/**
 * A subject that lives in a process of its own. It waits on its standard input while others are measured, and reads its own
 * clock, so that the pipe costs nothing. The process says first what it offers, `{"answer":true,"remark":false}`; then it
 * answers each line with one: `{"sample":3}` with `{"seconds":0.01}`, `"answer"` with `{"answer":[…]}`, `"remark"` with
 * `{"remark":"…"}`; and ends with its input.
 * @throws Error with the last line of its standard error, where it does not start or ends early.
 */
export async function processSubject({ executable, arguments: given, cwd, name }: Server): Promise<Subject> {
  const child = spawn(executable, given, { cwd });
  const ask = conversation(child, name);
  const subject: Subject = {
    sample: async (iterations) => (await ask<{ seconds: number }>({ sample: iterations })).seconds,
    answer: async () => (await ask<{ answer: number[] }>("answer")).answer,
    remark: async () => (await ask<{ remark: string }>("remark")).remark,
    async stop() {
      child.stdin.end();
      await new Promise((resolve) =>
        child.exitCode === null && child.signalCode === null ? child.once("close", resolve) : resolve(null),
      );
    },
  };
  const offers = await ask<{ answer: boolean; remark: boolean }>(null);
  if (!offers.answer) delete subject.answer;
  if (!offers.remark) delete subject.remark;
  return subject;
}

/** `null` asks nothing and waits for the first line, which says what the work offers. */
function conversation(child: ChildProcessWithoutNullStreams, name: string): Ask {
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
    ended = new Error(`${name} ${why}${last === "" ? "" : `: ${last}`}`);
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
