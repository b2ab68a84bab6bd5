import { copyFile, mkdir, mkdtemp, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveSettings } from "@gradbridge/bridge";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ArgumentError } from "../exit-status.ts";
import { runHere, tiny } from "../fixtures/captured-terminal.ts";
import { runConfig } from "./run-config.ts";
import { createNumberedRunFolder, createRunFolder, RunFolder, readRunConfig } from "./run-folder.ts";

const config = runConfig({ env: "CartPole-v1", plugin: null, settings: resolveSettings("CartPole-v1", {}) });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gradbridge-folder-"));
});

describe("a run folder", () => {
  it("is made with the folders it stands in", async () => {
    const { path } = await createRunFolder(join(folder, "a/b/c"), { force: false });
    expect(await readdir(path)).toEqual([]);
  });

  it("is never one that holds something: not without force, and not with it where that is no run", async () => {
    const run = await createRunFolder(join(folder, "run"), { force: false });
    await run.begin(config);
    await expect(createRunFolder(run.path, { force: false })).rejects.toThrow(ArgumentError);
    await expect(createRunFolder(run.path, { force: true })).resolves.toEqual(run);
    await writeFile(join(folder, "thesis.tex"), "");
    await expect(createRunFolder(folder, { force: true })).rejects.toThrow(/other than a run/);
    await expect(createRunFolder(join(folder, "thesis.tex"), { force: true })).rejects.toThrow(/a file/);
    await expect(createRunFolder(join(folder, "thesis.tex/run"), { force: true })).rejects.toThrow(
      /cannot make/,
    );
  });

  it("begins without the files of the run it replaces, and leaves others alone", async () => {
    const run = new RunFolder(folder);
    for (const file of [run.checkpoint, run.progress, run.learningCurve, join(folder, "notes.md")]) {
      await writeFile(file, "old");
    }
    await run.begin(config);
    expect((await readdir(folder)).sort()).toEqual(["config.json", "notes.md"]);
    expect(await readRunConfig(folder)).toEqual(config);
  });

  it("gets a number where its name is taken", async () => {
    const path = join(folder, "run");
    const made = [];
    for (let i = 0; i < 3; i++) made.push((await createNumberedRunFolder(path)).path);
    expect(made).toEqual([path, `${path}-2`, `${path}-3`]);
  });
});

describe("the config of a run", () => {
  const write = (text: string): Promise<void> => writeFile(join(folder, "config.json"), text);

  it.each([
    ["{", "JSON"],
    ["[]", "object"],
    ['{"name": "vite"}', "format"],
    [JSON.stringify({ ...config, settings: { ...config.settings, gamma: 2 } }), "settings.gamma"],
    [JSON.stringify({ ...config, env: 3 }), "env"],
  ])("%s is refused, naming the fault", async (text, fault) => {
    await write(text);
    await expect(readRunConfig(folder)).rejects.toThrow(fault);
    await expect(readRunConfig(folder)).rejects.toThrow(ArgumentError);
  });

  it("of a misspelt folder suggests its neighbour", async () => {
    await mkdir(join(folder, "CartPole-v1-ppo"));
    await expect(readRunConfig(join(folder, "CartPole-v1-pppo"))).rejects.toThrow(
      "Did you mean CartPole-v1-ppo?",
    );
  });
});

describe("a damaged or foreign run", () => {
  let whole: string;
  beforeAll(async () => {
    whole = join(await mkdtemp(join(tmpdir(), "gradbridge-whole-")), "run");
    expect((await runHere(["train", "--out", whole, ...tiny])).status).toBe(0);
  });

  /** A copy of the run, to be damaged. */
  async function copy(files = ["config.json", "checkpoint.safetensors", "progress.jsonl"]): Promise<string> {
    for (const file of files) await copyFile(join(whole, file), join(folder, file));
    return folder;
  }

  async function refused(says: string): Promise<void> {
    for (const argv of [
      ["eval", "--run", folder],
      ["train", "--resume", folder, "--steps", "1e6"],
    ]) {
      const { status, stdout, stderr } = await runHere(argv);
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      expect(stderr).toContain(says);
      expect(stderr).toMatch(/^error: .*\n(.*\n)?$/);
    }
  }

  it("without a checkpoint", async () => {
    await copy(["config.json"]);
    await refused("holds no checkpoint.safetensors");
  });

  it("with a checkpoint cut short", async () => {
    await truncate(join(await copy(), "checkpoint.safetensors"), 1000);
    await refused("checkpoint.safetensors");
  });

  it("with a file of something else as its checkpoint", async () => {
    await writeFile(join(await copy(), "checkpoint.safetensors"), "not tensors at all");
    await refused("checkpoint.safetensors");
  });

  it("with the config of another environment", async () => {
    const path = join(await copy(), "config.json");
    await writeFile(path, (await readFile(path, "utf8")).replace("CartPole-v1", "Pendulum-v1"));
    await refused("do not belong together");
  });

  it("with a network of another size in its config", async () => {
    const path = join(await copy(), "config.json");
    const changed = JSON.parse(await readFile(path, "utf8"));
    changed.settings.hidden = [32];
    await writeFile(path, JSON.stringify(changed));
    await refused("another architecture");
  });
});
