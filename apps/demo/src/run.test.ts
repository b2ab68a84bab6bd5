import { describe, expect, it } from "vitest";
import { runHere } from "./fixtures/captured-terminal.ts";

/** Wrong command lines, and what the message must say: what was given, what is allowed, what was meant. */
const wrong: readonly (readonly [line: string, ...says: string[]])[] = [
  ["trian", "'trian'", "Did you mean train?"],
  ["--envs", "'--envs'"],
  ["train CartPole-v1", "too many arguments", "'train'"],
  ["train --stpes 100", "'--stpes'", "Did you mean --steps?"],
  ["train --steps", "--steps <count>", "argument missing"],
  ["train --env CartPoel-v1", "CartPoel-v1", "Did you mean CartPole?"],
  ["train --env CartPole-v9", "CartPole-v9", "v0, v1"],
  ["train --env nonsense", "nonsense", "gradbridge envs"],
  ["train --env a/b/c", "a/b/c", "[namespace/]name[-vN]"],
  ["train --env acme:Corridor-v0", "acme:Corridor-v0", "--plugin"],
  ["train --estimator pppo", "'pppo'", "ppo, reinforce", "Did you mean ppo?"],
  ["train --apply surogate", "'surogate'", "seed, surrogate, inner", "Did you mean surrogate?"],
  ["train --anchor behaviour", "'behaviour'", "current, behavior", "Did you mean behavior?"],
  ["train --activation rleu", "'rleu'", "tanh, relu", "Did you mean relu?"],
  ["train --clip-schedule cosin", "'cosin'", "constant, linear, cosine"],
  ["train --device wams", "wams", "reference, wasm", "Did you mean wasm?"],
  ["train --device cuda", "cuda", "reference, wasm"],
  ["train --seed 1.5", "--seed", "'1.5'", "whole number"],
  ["train --seed one", "--seed", "'one'", "whole number"],
  ["train --seed -1", "--seed", "'-1'", ">=0"],
  ["train --steps 0", "--steps", "'0'", ">0"],
  ["train --gamma 1.01", "--gamma", "'1.01'", "<=1"],
  ["train --learning-rate 0", "--learning-rate", "'0'", ">0"],
  ["train --hidden 64,0", "--hidden", "'64,0'", ">0"],
  ["train --hidden wide", "--hidden", "'wide'", "64,64"],
  ["train --threads 0", "--threads", "'0'"],
  ["train --threads 2 --device reference", "threads", "reference"],
  ["train --build narrow", "build", "wide"],
  ["train --plugin ./missing.ts", "./missing.ts", "no file"],
  ["train --plugin no-such-plugin-here", "no-such-plugin-here", "installed"],
  ["train --resume runs/missing-run", "runs/missing-run", "no such run folder"],
  ["train --resume runs/a --seed 2", "--seed", "--steps"],
  ["train --resume runs/a --env CartPole-v1 --out b", "--env, --out", "--steps"],
  ["train --out package.json", "package.json", "file"],
  ["train --out packages", "packages", "something other than a run"],
  ["train --out packages --force", "packages", "something other than a run"],
  ["eval", "--run"],
  ["eval --run runs/missing-run", "runs/missing-run", "no such run folder"],
  ["eval --run packages", "packages", "no config.json"],
  ["eval --run runs/a --episodes 0", "--episodes", "'0'", "from 1"],
  ["eval --run runs/a --seed x", "--seed", "'x'", "whole number"],
  ["envs --plugin ./missing.ts", "./missing.ts", "no file"],
  ["envs CartPole-v1", "too many arguments"],
  ["devices --plug", "'--plug'"],
  ["serve --run runs/a", "serve", "later"],
  ["doctor --fix", "'--fix'"],
];

describe("wrong arguments end with status 2 and at most two lines on stderr", () => {
  it.each(wrong)("%s", async (line, ...says) => {
    const { status, stdout, stderr } = await runHere(line.split(" "));
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    for (const part of says) expect(stderr).toContain(part);
    expect(stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(2);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it("shows the stack on demand", async () => {
    const { status, stderr } = await runHere(["serve"], { debug: true });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^\s+at .*run\.ts/m);
  });
});

describe("help", () => {
  it("lists every command and the exit statuses", async () => {
    const { status, stdout, stderr } = await runHere(["--help"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    for (const name of ["train", "eval", "envs", "devices", "compare", "serve", "doctor", "130"]) {
      expect(stdout).toContain(name);
    }
  });

  it("shows the defaults of the environment and estimator that are named", async () => {
    const cartPole = await runHere(["train", "--help"]);
    expect(cartPole.status).toBe(0);
    expect(cartPole.stdout).toMatch(/--epochs <count>.*\(20\)/);
    const other = await runHere(["train", "--env", "Pendulum-v1", "--estimator", "reinforce", "--help"]);
    expect(other.stdout).toMatch(/--epochs <count>.*\(1\)/);
  });

  it.each(["train", "eval", "envs", "devices", "doctor"])("explains %s", async (name) => {
    const { status, stdout } = await runHere(["help", name]);
    expect(status).toBe(0);
    expect(stdout).toContain(`Usage: gradbridge ${name}`);
    expect(stdout).toContain("--json");
  });

  it("prints the version", async () => {
    expect(await runHere(["--version"])).toEqual({ status: 0, stdout: "0.1.0\n", stderr: "" });
  });
});
