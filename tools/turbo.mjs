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

// Ctrl-C reaches turbo too, which stops its tasks: wait for it, then report as an interrupted program does.
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
  process.on(signal, () => child.kill(signal));
}

child.on("close", (code, signal) => {
  clearTimeout(patience);
  if (code !== 0) process.stderr.write(Buffer.concat(output));
  process.exitCode = code ?? (signal === "SIGINT" ? 130 : 143);
});
