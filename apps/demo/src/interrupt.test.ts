import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";

// A process of its own, on the built file: its work never ends, so that only the second Ctrl-C can end it.
const program = `
  const { listenForInterrupt } = await import(${JSON.stringify(new URL("../dist/interrupt.js", import.meta.url))});
  const { signal } = listenForInterrupt();
  signal.addEventListener("abort", () => console.log("aborted"));
  setInterval(() => {}, 1000);
  console.log("listening");
`;

it("aborts at the first Ctrl-C, takes an echo of it for the same, and ends the process at the second", async () => {
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const says = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (said.includes(text)) resolve();
      };
      child.stdout.on("data", look);
      look();
    });
  child.stdout.setEncoding("utf8").on("data", (text) => {
    said += text;
  });
  const ended = once(child, "exit");

  await says("listening");
  child.kill("SIGINT");
  child.kill("SIGINT");
  await says("aborted");
  await sleep(700);
  expect(child.exitCode).toBeNull();
  child.kill("SIGINT");
  expect(await ended).toEqual([130, null]);
});
