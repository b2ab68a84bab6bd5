import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { type Outcome, tiny } from "./fixtures/captured-terminal.ts";

// The built program, as `pnpm demo` starts it.
const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));

/** A line of a stack trace of ours. What GPU drivers write to stderr has such lines of C++ too. */
const javaScriptStack = /^\s+at .*(\.[cm]?[jt]s|node:[\w/]+):\d+/m;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gradbridge-demo-"));
});

/** Starts the program in the tests' folder. `watch` sees the process and what it has written to stderr so far. */
function start(
  argv: readonly string[],
  watch?: (child: ChildProcess, stderr: string) => void,
): Promise<Outcome> {
  const child = spawn(process.execPath, [main, ...argv], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
    watch?.(child, stderr);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status: status ?? -1, stdout, stderr }));
  });
}

async function log(run: string): Promise<string[]> {
  const text = await readFile(join(folder, run, "progress.jsonl"), "utf8");
  return text
    .replace(/"seconds":[^,]*,/g, "")
    .trimEnd()
    .split("\n");
}

describe("the program", () => {
  it("without arguments solves CartPole-v1 and leaves a run that evaluates to the same", async () => {
    const { status, stdout } = await start([]);
    expect(status).toBe(0);
    const run = "runs/CartPole-v1-ppo-seed-seed1";
    expect(stdout).toContain("threshold 475 reached");
    expect(stdout).toContain(run);
    const evaluation = JSON.parse((await log(run)).at(-1)!);
    expect(evaluation).toMatchObject({ type: "evaluation", episodes: 100 });
    expect(evaluation.mean).toBeGreaterThanOrEqual(475);
    const again = JSON.parse((await start(["eval", "--run", run, "--json"])).stdout);
    expect(again).toMatchObject({ mean: evaluation.mean, std: evaluation.std, episodes: 100 });
  });

  it("trains the same on two threads", async () => {
    const options = ["train", "--steps", "4096", "--eval-episodes", "2"];
    for (const threads of ["1", "2"]) {
      expect((await start([...options, "--threads", threads, "--out", `threads${threads}`])).status).toBe(0);
    }
    expect(await log("threads2")).toEqual(await log("threads1"));
  });

  it("numbers the folders that it names itself", async () => {
    const options = ["train", ...tiny, "--seed", "7", "--json"];
    const runs = [
      JSON.parse((await start(options)).stdout).run,
      JSON.parse((await start(options)).stdout).run,
    ];
    expect(runs).toEqual(["runs/CartPole-v1-ppo-seed-seed7", "runs/CartPole-v1-ppo-seed-seed7-2"]);
  });

  it("prints one JSON object to stdout, whatever the environment prints", async () => {
    await writeFile(
      join(folder, "chatty.ts"),
      `import { CartPoleEnv } from "gymnasium-js";
       import { defineEnvPlugin } from "@gradbridge/envs";
       class Chatty extends CartPoleEnv {
         step(action: number) {
           console.log("I am at", this.steps);
           process.stdout.write("and going\\n");
           return super.step(action);
         }
       }
       console.log("loaded");
       export const plugin = defineEnvPlugin({
         name: "chatty", version: "1.0.0", environments: [{ id: "Chatty-v0", entryPoint: Chatty }],
       });`,
    );
    const { status, stdout, stderr } = await start([
      ...["train", "--env", "Chatty-v0", "--plugin", "./chatty.ts", "--out", "chatty", "--json"],
      ...tiny,
    ]);
    expect(status).toBe(0);
    expect(stdout.trimEnd()).not.toContain("\n");
    expect(JSON.parse(stdout)).toMatchObject({ env: "Chatty-v0", run: "chatty" });
    for (const said of ["loaded", "I am at", "and going"]) expect(stderr).toContain(said);
  });

  it.each([
    [["train", "--stpes", "5"], 2],
    [["eval", "--run", "nowhere"], 2],
    [["train", ...tiny, "--learning-rate", "1e30", "--out", "diverged"], 1],
    [["devices", "--json"], 0],
  ])("%j ends with status %i", async (argv, expected) => {
    const { status, stderr } = await start(argv);
    expect(status).toBe(expected);
    expect(stderr).not.toMatch(javaScriptStack);
  });
});

describe("Ctrl-C", () => {
  const options = [...tiny, "--steps", "12800", "--num-envs", "8", "--eval-every", "2000"];
  const tenth = / 10% \|/;

  it.each(["SIGINT", "SIGTERM"] as const)(
    "%s saves the run, which then continues to the same end as one that was not interrupted",
    async (signal) => {
      const [whole, part] = [`whole-${signal}`, `part-${signal}`];
      let sent = false;
      const stopped = await start(["train", "--out", part, ...options, "--json"], (child, stderr) => {
        if (sent || !tenth.test(stderr)) return;
        sent = child.kill(signal);
      });
      expect(stopped.status).toBe(130);
      expect(stopped.stderr).toContain("Stopping after this update.");
      const { steps, evalMean } = JSON.parse(stopped.stdout);
      expect(steps).toBeLessThan(12_800);
      expect(evalMean).toBeNull();
      expect((await start(["train", "--resume", part])).status).toBe(0);
      await start(["train", "--out", whole, ...options]);
      expect(await log(part)).toEqual(await log(whole));
    },
  );
});
