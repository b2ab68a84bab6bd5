/** A program that serves one of our systems as peers/serve.py does others': `node serve.js '{"work":…,"options":…,"wide":…,"scale":…}'`. */
import { createInterface } from "node:readline";
import type { Subject } from "./subject.ts";
import { works } from "./works.ts";

try {
  const { work, options, wide, scale } = JSON.parse(process.argv[2]!);
  const subject: Subject = await works[work as keyof typeof works](options as never, wide)(scale);
  reply({ answer: subject.answer !== undefined, remark: subject.remark !== undefined });
  for await (const line of createInterface({ input: process.stdin })) {
    const request: "answer" | "remark" | { readonly sample: number } = JSON.parse(line);
    if (request === "answer") reply({ answer: finite(await subject.answer!()) });
    else if (request === "remark") reply({ remark: await subject.remark!() });
    else reply({ seconds: await subject.sample(request.sample) });
  }
  await subject.stop?.();
} catch (error) {
  // one line, the last: what the bench prints
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

function reply(fields: object): void {
  process.stdout.write(`${JSON.stringify(fields)}\n`);
}

/** JSON has no NaN: it would arrive as 0. */
function finite(numbers: ArrayLike<number>): number[] {
  const all = Array.from(numbers);
  if (!all.every(Number.isFinite)) throw new Error("The answer is not finite.");
  return all;
}
