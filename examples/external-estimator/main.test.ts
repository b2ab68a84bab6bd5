import { execFileSync } from "node:child_process";
import { expect, it, vi } from "vitest";

const python = process.env.PYTHON ?? "python3";

function missing(): string | null {
  try {
    execFileSync(python, ["-c", "import numpy, scipy"], { stdio: "pipe" });
    return null;
  } catch (error) {
    return String((error as { stderr?: Buffer }).stderr ?? error)
      .trim()
      .split("\n")
      .at(-1)!;
  }
}

const reason = missing();
const unless = reason === null ? "" : ` (not run, ${python}: ${reason})`;

it.skipIf(reason !== null)(`learns from a SciPy program what to do in which weather${unless}`, async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await import("./main.ts");
  const [line] = log.mock.calls.map(String);
  log.mockRestore();
  const mean = Number(/^mean yield (\S+), at best 0$/.exec(line ?? "")?.[1]);
  // doing nothing yields -2.4
  expect(mean).toBeGreaterThan(-0.1);
});
