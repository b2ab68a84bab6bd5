import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Outcome, runHere, tiny } from "../fixtures/captured-terminal.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gradbridge-demo-"));
});

const files = ["checkpoint.safetensors", "config.json", "learning-curve.svg", "progress.jsonl"];

async function train(name: string, ...options: string[]): Promise<Outcome & { path: string }> {
  const path = join(folder, name);
  return { ...(await runHere(["train", "--out", path, ...tiny, ...options])), path };
}

/** The lines of a run's log, without the time they took. */
async function log(path: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(join(path, "progress.jsonl"), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => {
      const { seconds: _seconds, ...rest } = JSON.parse(line);
      return rest;
    });
}

describe("train and eval", () => {
  it("trains, keeps a run, and reports it as one JSON object", async () => {
    const { status, stdout, path } = await train("reported", "--json", "--apply", "inner", "--seed", "5");
    expect(status).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      env: "CartPole-v1",
      estimator: "ppo",
      apply: "inner",
      device: "wasm",
      seed: 5,
      steps: 512,
      evalEpisodes: 3,
      run: path,
    });
    expect(report.stepsPerSecond).toBeCloseTo(report.steps / report.seconds, 6);
    const last = (await log(path)).at(-1);
    expect(last).toMatchObject({
      type: "evaluation",
      steps: 512,
      mean: report.evalMean,
      std: report.evalStd,
    });
    expect((await readdir(path)).sort()).toEqual(files);
    const config = JSON.parse(await readFile(join(path, "config.json"), "utf8"));
    // What was given, and what is tuned for CartPole-v1 or the default.
    expect(config).toMatchObject({ env: "CartPole-v1", plugin: null, versions: { node: process.version } });
    expect(config.settings).toMatchObject({
      apply: "inner",
      seed: 5,
      steps: 512,
      epochs: 2,
      gamma: 0.98,
      clip: 0.2,
    });
  });

  it("trains once for each seed, in a folder each, and reports mean and deviation", async () => {
    const { status, stdout, path } = await train("seeds", "--json", "--seeds", "1,4");
    expect(status).toBe(0);
    const report = JSON.parse(stdout);
    expect((await readdir(path)).sort()).toEqual(["seed1", "seed4"]);
    const alone = await train("seed-4-alone", "--json", "--seed", "4");
    expect(await log(join(path, "seed4"))).toEqual(await log(alone.path));
    expect(report).toMatchObject({ env: "CartPole-v1", seeds: [1, 4] });
    const [a, b] = report.runs.map(({ evalMean }: { evalMean: number }) => evalMean) as [number, number];
    expect(b).toBe(JSON.parse(alone.stdout).evalMean);
    expect(report.evalMean).toBeCloseTo((a + b) / 2, 10);
    expect(report.evalStd).toBeCloseTo(Math.abs(a - b) / Math.SQRT2, 10);
    for (const wrong of [
      ["--seed", "1"],
      ["--resume", join(path, "seed1")],
    ]) {
      expect((await runHere(["train", "--seeds", "2", ...wrong])).status).toBe(2);
    }
  });

  it("evaluates a policy of normalised observations as in training, and continues it exactly", async () => {
    // schedules end with the steps asked for, so a run of half as many is another one
    const constant = ["--learning-rate-schedule", "constant", "--clip-schedule", "constant"];
    const normalized = ["--normalize-observation", "--normalize-reward", ...constant, "--json"];
    const whole = await train("normalized", ...normalized, "--steps", "1024");
    const again = await runHere(["eval", "--run", whole.path, "--json"]);
    expect(JSON.parse(again.stdout).mean).toBe(JSON.parse(whole.stdout).evalMean);
    const half = await train("normalized-half", ...normalized, "--eval-episodes", "0");
    const rest = ["--steps", "1024", "--eval-episodes", "3", "--json"];
    const continued = await runHere(["train", "--resume", half.path, ...rest]);
    expect(JSON.parse(continued.stdout).evalMean).toBe(JSON.parse(whole.stdout).evalMean);
    expect(await log(half.path)).toEqual(await log(whole.path));
  });

  it("keeps the best policy of the evaluations and event files, and stops at a return", async () => {
    const watched = ["--eval-every", "128", "--learning-rate", "0.03", "--tensorboard"];
    const { path, status } = await train("watched", ...watched, "--json");
    expect(status).toBe(0);
    expect((await readdir(join(path, "tensorboard"))).length).toBe(1);
    const evaluations = (await log(path)).filter(({ type }) => type === "evaluation");
    const best = Math.max(...evaluations.map(({ mean }) => Number(mean)));
    const again = await runHere(["eval", "--run", path, "--best", "--json"]);
    expect(JSON.parse(again.stdout).mean).toBe(best);
    const unwatched = await train("unwatched");
    expect((await runHere(["eval", "--run", unwatched.path, "--best"])).stderr).toMatch(/--eval-every/);
    const stopped = await train("stopped", "--json", "--steps", "100000", "--stop-return", "5");
    expect(JSON.parse(stopped.stdout).steps).toBeLessThan(100_000);
  });

  it("writes the same log for the same seed, another for another", async () => {
    const [first, second, other] = [
      await train("same-1", "--seed", "3"),
      await train("same-2", "--seed", "3"),
      await train("other", "--seed", "4"),
    ];
    expect(await log(second.path)).toEqual(await log(first.path));
    expect(await log(other.path)).not.toEqual(await log(first.path));
    const svg = (path: string): Promise<string> => readFile(join(path, "learning-curve.svg"), "utf8");
    expect(await svg(second.path)).toBe(await svg(first.path));
  });

  it("evaluates a run as its training did", async () => {
    const { path, stdout } = await train("evaluated", "--json");
    const trained = JSON.parse(stdout);
    const evaluated = JSON.parse((await runHere(["eval", "--run", path, "--json"])).stdout);
    expect(evaluated).toMatchObject({
      env: "CartPole-v1",
      run: path,
      episodes: 3,
      seed: 10_000,
      deterministic: true,
    });
    expect(evaluated.mean).toBe(trained.evalMean);
    expect(evaluated.std).toBe(trained.evalStd);
    expect(evaluated.returns).toHaveLength(3);
    const mean = evaluated.returns.reduce((sum: number, value: number) => sum + value, 0) / 3;
    expect(mean).toBeCloseTo(evaluated.mean, 10);

    const again = ["eval", "--run", path, "--episodes", "5", "--seed", "7", "--json"];
    const [once, twice, drawn] = [
      JSON.parse((await runHere(again)).stdout),
      JSON.parse((await runHere(again)).stdout),
      JSON.parse((await runHere([...again, "--stochastic"])).stdout),
    ];
    expect(twice).toEqual(once);
    expect(once).toMatchObject({ episodes: 5, seed: 7 });
    expect(drawn.deterministic).toBe(false);
    expect(drawn.returns).not.toEqual(once.returns);
    const text = await runHere(["eval", "--run", path]);
    expect(text.stdout).toContain(
      `return ${evaluated.mean.toFixed(1)} ± ${evaluated.std.toFixed(1)} over 3 episodes`,
    );
  });

  it("sums up for people: the evaluation, the speed, the files, what to do next", async () => {
    const { status, stdout, stderr, path } = await train("summed-up");
    expect(status).toBe(0);
    for (const file of files) expect(stdout).toContain(file);
    expect(stdout).toMatch(/return \d+\.\d ± \d+\.\d over 3 episodes; threshold 475 not reached/);
    expect(stdout).toMatch(/512 steps in \d+\.\d s \([\d,]+ steps\/s\)/);
    expect(stdout).toContain(`gradbridge eval --run ${path}`);
    expect(stderr).toMatch(/^Training CartPole-v1: ppo, δ applied by seed, on wasm, seed 1/);
    expect(stderr).toContain("100% | 512 steps");
  });

  it("does without an evaluation", async () => {
    const { stdout, path } = await train("unevaluated", "--eval-episodes", "0", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ evalMean: null, evalStd: null, evalEpisodes: 0 });
    expect((await log(path)).every(({ type }) => type === "update")).toBe(true);
  });

  it("trains continuous actions, and with another estimator", async () => {
    const { status, stdout } = await train(
      "pendulum",
      "--env",
      "Pendulum-v1",
      "--estimator",
      "reinforce",
      "--json",
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ env: "Pendulum-v1", estimator: "reinforce", steps: 512 });
  });
});

describe("interrupted and resumed", () => {
  const longer = ["--steps", "1536", "--eval-every", "500"];

  it("saves what there is, says how to continue, and then equals the run that was not interrupted", async () => {
    const whole = await train("whole", ...longer);
    const path = join(folder, "interrupted");
    const begun = await runHere(["train", "--out", path, ...tiny, ...longer], { interrupted: true });
    expect(begun.status).toBe(130);
    expect(begun.stdout).toContain("interrupted, everything is saved");
    expect(begun.stdout).toContain(`gradbridge train --resume ${path}`);
    expect((await readdir(path)).sort()).toEqual(files);
    expect(await log(path)).toHaveLength(1);

    const continued = await runHere(["train", "--resume", path, "--json"]);
    expect(continued.status).toBe(0);
    expect(JSON.parse(continued.stdout)).toMatchObject({ steps: 1536, run: path });
    expect(await log(path)).toEqual(await log(whole.path));
    const returns = async (run: string): Promise<number[]> =>
      JSON.parse((await runHere(["eval", "--run", run, "--json"])).stdout).returns;
    expect(await returns(path)).toEqual(await returns(whole.path));
  });

  it("reports an interrupted run as JSON without an evaluation", async () => {
    const path = join(folder, "interrupted-json");
    const { status, stdout } = await runHere(["train", "--out", path, ...tiny, "--json"], {
      interrupted: true,
    });
    expect(status).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ steps: 256, evalMean: null, evalEpisodes: 0, run: path });
  });

  it("takes a finished run further, and refuses where nothing is left to do", async () => {
    const { path } = await train("extended");
    const idle = await runHere(["train", "--resume", path]);
    expect(idle).toMatchObject({ status: 2, stdout: "" });
    expect(idle.stderr).toContain("512 of 512 steps");
    expect(idle.stderr).toContain("--steps");
    const less = await runHere(["train", "--resume", path, "--steps", "100"]);
    expect(less).toMatchObject({ status: 2, stderr: expect.stringContaining("--steps 1024") });
    const further = await runHere(["train", "--resume", path, "--steps", "1024", "--json"]);
    expect(JSON.parse(further.stdout)).toMatchObject({ steps: 1024 });
    expect((await log(path)).map(({ steps }) => steps)).toEqual([256, 512, 512, 768, 1024, 1024]);
    const config = JSON.parse(await readFile(join(path, "config.json"), "utf8"));
    expect(config.settings.steps).toBe(1024);
  });
});

describe("an existing folder", () => {
  it("is not overwritten without --force", async () => {
    const { path } = await train("kept", "--seed", "8");
    const before = await log(path);
    const refused = await train("kept", "--seed", "9");
    expect(refused).toMatchObject({ status: 2, stdout: "" });
    for (const way of ["--force", "--out", "--resume"]) expect(refused.stderr).toContain(way);
    expect(await log(path)).toEqual(before);
    const replaced = await train("kept", "--seed", "9", "--force");
    expect(replaced.status).toBe(0);
    expect(await log(path)).not.toEqual(before);
    expect(await log(path)).toHaveLength(3);
  });

  it("keeps its run where --force is given and training cannot start", async () => {
    const { path } = await train("forced");
    const before = await log(path);
    const { status } = await train("forced", "--env", "Pendulum-v1", "--action-mask", "--force");
    expect(status).toBe(2);
    expect(await log(path)).toEqual(before);
  });

  it("is taken where it is empty", async () => {
    await mkdir(join(folder, "empty"));
    expect((await train("empty")).status).toBe(0);
  });

  it("is not left behind where training cannot start", async () => {
    const { status, stderr, path } = await train("masked", "--env", "Pendulum-v1", "--action-mask");
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error: actionMask is set, but this policy's actions take no mask/);
    expect(existsSync(path)).toBe(false);
  });
});

describe("environments of a plugin", () => {
  const plugin = (step: string): string => `
    import { Box, Discrete, Env } from "gymnasium-js";
    import { defineEnvPlugin } from "@gradbridge/envs";
    class Corridor extends Env {
      observationSpace = new Box(0, 4, [1]);
      actionSpace = new Discrete(2);
      reset({ seed } = {}) {
        this.reseed(seed);
        this.place = 0;
        return [Float32Array.of(0), {}];
      }
      step(action) {
        this.place = Math.max(0, this.place + (action === 1 ? 1 : -1));
        ${step}
        return [Float32Array.of(this.place), -1, this.place === 4, false, {}];
      }
    }
    export const plugin = defineEnvPlugin({
      name: "corridors",
      version: "1.0.0",
      environments: [{
        id: NAME, entryPoint: Corridor, maxEpisodeSteps: 20, rewardThreshold: -4,
        description: "Walk to the right.", defaults: { learningRate: 0.02, minibatchSize: 128 },
      }],
    });
  `;

  async function writePlugin(name: string, step = ""): Promise<string> {
    const path = join(folder, `${name}.ts`);
    await writeFile(path, plugin(step).replace("NAME", JSON.stringify(`test/${name}-v0`)));
    return path;
  }

  it("trains with the defaults of its author, and is loaded again to evaluate", async () => {
    const path = await writePlugin("Corridor");
    const { status, stderr, ...trained } = await train(
      "corridor",
      "--env",
      "test/Corridor-v0",
      "--plugin",
      path,
      "--json",
    );
    expect(stderr).not.toContain("error");
    expect(status).toBe(0);
    const config = JSON.parse(await readFile(join(trained.path, "config.json"), "utf8"));
    expect(config).toMatchObject({ env: "test/Corridor-v0", plugin: path });
    expect(config.settings).toMatchObject({ learningRate: 0.02, minibatchSize: 128 });
    const evaluated = JSON.parse((await runHere(["eval", "--run", trained.path, "--json"])).stdout);
    expect(evaluated.mean).toBe(JSON.parse(trained.stdout).evalMean);
    const resumed = await runHere(["train", "--resume", trained.path, "--steps", "768", "--json"]);
    expect(resumed.stderr).toContain("goes on with new episodes");
    expect(JSON.parse(resumed.stdout)).toMatchObject({ steps: 768, run: trained.path });
    const listed = await runHere(["envs", "--plugin", path, "--json"]);
    expect(JSON.parse(listed.stdout).environments).toContainEqual(
      expect.objectContaining({ id: "test/Corridor-v0", maxEpisodeSteps: 20, rewardThreshold: -4 }),
    );
  });

  it("fails with status 1 and the environment's message where it throws", async () => {
    const path = await writePlugin("Broken", 'if (this.place === 3) throw new Error("the floor gave way");');
    const { status, stdout, stderr } = await train("broken", "--env", "test/Broken-v0", "--plugin", path);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("error: the floor gave way\n");
  });

  it("fails with status 1 and names the update where a reward is not a number", async () => {
    const path = await writePlugin(
      "Rotten",
      "if (this.place === 4) return [Float32Array.of(4), NaN, true, false, {}];",
    );
    const { status, stderr } = await train("rotten", "--env", "test/Rotten-v0", "--plugin", path);
    expect(status).toBe(1);
    expect(stderr).toMatch(/error: Training stopped in update \d+: .*NaN/);
  });

  it("says what is wrong with a plugin", async () => {
    const path = join(folder, "wrong.ts");
    await writeFile(
      path,
      'import { defineEnvPlugin } from "@gradbridge/envs";\ndefineEnvPlugin({ name: "wrong" });',
    );
    const { status, stderr } = await train("wrong", "--plugin", path);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error: .*wrong.*version/);
    expect(stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(2);
  });
});
