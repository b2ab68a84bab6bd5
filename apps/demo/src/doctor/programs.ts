import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { type Finding, note, ok } from "./finding.ts";

const driverFile = "/proc/driver/nvidia/version";

/** Whether there is an NVIDIA driver: without one, no CUDA. @param readDriver the text in which Linux names it, or null */
export function nvidiaFinding(
  readDriver: () => string | null = () => (existsSync(driverFile) ? readFileSync(driverFile, "utf8") : null),
): Finding {
  const text = readDriver() ?? smiVersion();
  if (text === null) {
    return note("NVIDIA driver", "none", "No CUDA: the device tensorflow computes on the CPU here.");
  }
  return ok("NVIDIA driver", /\b\d+\.\d+(\.\d+)?\b/.exec(text)?.[0] ?? "yes");
}

/** Where there is no /proc. */
function smiVersion(): string | null {
  return output("nvidia-smi", ["--query-gpu=driver_version", "--format=csv,noheader"]);
}

/** The Python for Python environments, and its TensorFlow. @param run gives what a program printed, or null where it failed */
export function pythonFindings(run: typeof output = output): Finding[] {
  const version = run("python3", ["-c", "import platform; print(platform.python_version())"]);
  if (version === null) {
    return [
      note(
        "Python",
        "no python3 on the path",
        "Environments written in Python and `pnpm setup:tensorflow` need Python 3.10 or newer.",
      ),
    ];
  }
  // asked of the metadata: importing it takes seconds
  const program = `
import importlib.metadata as m
for name in ("tensorflow", "tensorflow-cpu"):
    try: print(m.version(name)); break
    except m.PackageNotFoundError: pass
`;
  const tensorflow = run("python3", ["-c", program]);
  return [
    ok("Python", version),
    tensorflow === null || tensorflow === ""
      ? note(
          "TensorFlow in Python",
          "not in python3",
          "Not needed: `pnpm setup:tensorflow` brings its own for the device tensorflow.",
        )
      : ok("TensorFlow in Python", tensorflow),
  ];
}

function output(file: string, args: readonly string[]): string | null {
  const { status, stdout } = spawnSync(file, args, { encoding: "utf8", timeout: 20_000 });
  return status === 0 ? stdout.trim() : null;
}
