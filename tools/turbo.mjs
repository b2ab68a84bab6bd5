/**
 * Runs a turbo task over the workspace: `node tools/turbo.mjs build --filter=@gradbridge/demo`.
 *
 * Says nothing while all goes well, apart from one line when there is something to wait for; when a task
 * fails, it shows that task's output. All of it goes to stderr: stdout belongs to the program that is
 * started next (`pnpm demo train --json` prints one JSON object there).
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const patienceMilliseconds = 1500;

const [task = "build", ...options] = process.argv.slice(2);
const turbo = join(dirname(createRequire(import.meta.url).resolve("turbo/package.json")), "bin/turbo");
const child = spawn(
  process.execPath,
  [turbo, "run", task, "--output-logs=errors-only", "--log-order=grouped", ...options],
  {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1" },
  },
);

/** @type {Buffer[]} */
const output = [];
child.stdout.on("data", (chunk) => output.push(chunk));
child.stderr.on("data", (chunk) => output.push(chunk));
const patience = setTimeout(() => process.stderr.write(`turbo: ${task} …\n`), patienceMilliseconds);

// turbo stops its tasks when interrupted, and then calls that a success.
let interrupted = 0;
process.on("SIGINT", () => {
  interrupted = 130;
  child.kill("SIGINT");
});
process.on("SIGTERM", () => {
  interrupted = 143;
  child.kill("SIGTERM");
});

child.on("close", (code) => {
  clearTimeout(patience);
  if (code !== 0 && !interrupted) process.stderr.write(Buffer.concat(output));
  process.exitCode = interrupted || (code ?? 1);
});
