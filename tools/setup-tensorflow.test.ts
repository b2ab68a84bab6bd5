import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("setup-tensorflow.mjs", import.meta.url));
let project = "";
let bin = "";

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "setup-tensorflow-"));
  bin = join(project, "bin");
  mkdirSync(bin);
});
afterEach(() => rmSync(project, { recursive: true }));

/** A program on the path that does what `body` (shell) says. */
function program(name: string, body: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(bin, name), 0o755);
}

/** Runs the script for an empty project, with nothing on the path but `bin` (and `path`). */
function setUp(args: readonly string[], { path = "", ...env }: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, "--project", project, ...args], {
    env: { PATH: `${bin}:${path}`, ...env },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("setup:tensorflow says what is missing", () => {
  it("arguments it does not know: status 2, and how to call it", () => {
    expect(setUp(["--gpu"])).toMatchObject({ status: 2, stderr: expect.stringContaining("Usage:") });
    expect(setUp(["--cpu", "--cuda"])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("exclude each other"),
    });
  });

  it("a compiler", () => {
    const { status, stdout, stderr } = setUp(["--cpu"]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toBe(
      "error: there is no C++ compiler. On Debian and Ubuntu: apt install g++ (or set CXX).\n",
    );
    expect(readdirSync(project)).toEqual(["bin"]);
  });

  it("Python, or a recent one", () => {
    program("g++", "echo g++ 12");
    expect(setUp(["--cpu"]).stderr).toContain("there is no python3. Install Python 3.10 or newer");
    expect(setUp(["--cpu", "--python", "python3.9"]).stderr).toContain("there is no python3.9");
    program("python3", "echo False 3.8.1");
    expect(setUp(["--cpu"]).stderr).toContain("python3 is Python 3.8.1; TensorFlow needs 3.10 or newer");
  });

  it("Python's venv, and leaves no half of it", () => {
    program("g++", "echo g++ 12");
    program(
      "python3",
      `case "$2" in venv) /bin/mkdir -p "$3"; echo no ensurepip >&2; exit 1;; *) echo True 3.12.0;; esac`,
    );
    const { stderr } = setUp(["--cpu"]);
    expect(stderr).toContain("apt install python3-venv");
    expect(stderr).toContain("no ensurepip");
    expect(existsSync(join(project, ".tensorflow/python"))).toBe(false);
  });

  it("PyPI; or skips, in one line, where that was asked for", () => {
    program("g++", "echo g++ 12");
    // An environment whose pip finds no network.
    const inside = `#!/bin/sh\ncase "$2" in pip) echo "Could not fetch URL" >&2;; esac\nexit 1`;
    program(
      "python3",
      `case "$2" in venv) /bin/mkdir -p "$3/bin"; printf '%s' '${inside}' > "$3/bin/python"; /bin/chmod +x "$3/bin/python";; *) echo True 3.12.0;; esac`,
    );
    const failed = setUp(["--cpu"]);
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain("could not be installed: PyPI cannot be reached");
    expect(failed.stderr).toContain("Could not fetch URL");
    const skipped = setUp(["--cpu", "--or-skip"]);
    expect(skipped.status).toBe(0);
    expect(skipped.stdout).toMatch(/^skipped: tensorflow\S* could not be installed/);
  });
});

describe("setup:tensorflow touches only its own", () => {
  it("leaves a .tensorflow folder that somebody else made", () => {
    program("g++", "echo g++ 12");
    mkdirSync(join(project, ".tensorflow"));
    expect(setUp(["--cpu"]).stderr).toContain("not this script's");
    expect(setUp(["--remove"])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("nothing to remove"),
    });
    expect(existsSync(join(project, ".tensorflow"))).toBe(true);
  });

  it("--remove takes away its folder and its link, and not a package that somebody installed", () => {
    const home = join(project, ".tensorflow");
    const modules = join(project, "node_modules/@tensorflow");
    mkdirSync(home);
    mkdirSync(join(modules, "tfjs-node-gpu"), { recursive: true });
    writeFileSync(join(home, "made-by-setup-tensorflow.json"), "{}");
    symlinkSync("../../.tensorflow/node_modules/@tensorflow/tfjs-node", join(modules, "tfjs-node"));
    expect(setUp(["--remove", "--cpu"]).status).toBe(0);
    expect(existsSync(home)).toBe(false);
    expect(readdirSync(modules)).toEqual(["tfjs-node-gpu"]);
  });

  it("--check changes nothing, and says in its status whether all is ready", () => {
    const { status, stdout } = setUp(["--check", "--cpu"]);
    expect(status).toBe(1);
    expect(stdout).toContain("Python          missing");
    expect(stdout).toContain("C++ compiler    missing");
    expect(stdout).toMatch(/not ready: run `pnpm setup:tensorflow`\n$/);
    expect(readdirSync(project)).toEqual(["bin"]);
  });
});
