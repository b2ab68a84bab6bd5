import { expect, it } from "vitest";
import { processSubject, type Server } from "./process-subject.ts";

/** A server that answers with what was asked of it, in Node. */
function server(first: object, handle: string): Server {
  const program = `
    console.log(${JSON.stringify(JSON.stringify(first))});
    require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
      const request = JSON.parse(line);
      ${handle}
    });`;
  return { executable: process.execPath, arguments: ["-e", program], name: "the server" };
}

it("asks line by line, and ends the process", async () => {
  const subject = await processSubject(
    server(
      { answer: true, remark: true },
      `if (request === "answer") console.log('{"answer":[1,2]}');
       else if (request === "remark") console.log('{"remark":"fine"}');
       else console.log(JSON.stringify({ seconds: request.sample / 8 }));`,
    ),
  );
  expect(await subject.sample(4)).toBe(0.5);
  expect(await subject.answer?.()).toEqual([1, 2]);
  expect(await subject.remark?.()).toBe("fine");
  await subject.stop?.();
  await expect(subject.sample(1)).rejects.toThrow("the server ended");
});

it("offers what the process offers", async () => {
  const subject = await processSubject(server({ answer: false, remark: false }, ""));
  expect(subject.answer).toBeUndefined();
  expect(subject.remark).toBeUndefined();
  await subject.stop?.();
});

it("fails with the last words of a process that breaks off, and can still be stopped", async () => {
  const subject = await processSubject(
    server(
      { answer: false, remark: false },
      `console.error("out of\\nmemory"); process.kill(process.pid, "SIGKILL");`,
    ),
  );
  await expect(subject.sample(1)).rejects.toThrow("the server ended: memory");
  await subject.stop?.();
});

it("fails where the executable is missing", async () => {
  const missing = processSubject({ executable: "/nowhere/node", arguments: [], name: "the server" });
  await expect(missing).rejects.toThrow(/the server did not start .*ENOENT/);
});
