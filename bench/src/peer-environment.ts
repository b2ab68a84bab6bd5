import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { peersFolder, python } from "./peer.ts";

/** What became of the peers' packages. */
export interface PeerEnvironment {
  readonly versions: { readonly [name: string]: string };
  /** Sentences about what could not be installed. */
  readonly problems: readonly string[];
}

/**
 * Makes `bench/.venv` and installs what peers/requirements.txt lists, one package after the other, so that one that
 * cannot be had here does not keep the others away. Installed versions are left as they are.
 * @throws Error where there is no Python 3 with venv.
 */
export function preparePeers(): PeerEnvironment {
  if (!existsSync(python)) {
    const venv = fileURLToPath(new URL("../.venv", import.meta.url));
    process.stderr.write("peers: making bench/.venv …\n");
    const made = spawnSync("python3", ["-m", "venv", venv], { encoding: "utf8" });
    if (made.status !== 0) {
      throw new Error(
        `bench:peers needs Python 3.11 or newer with venv: ${made.error?.message ?? made.stderr}`,
      );
    }
  }
  const wanted = readFileSync(`${peersFolder}requirements.txt`, "utf8").matchAll(/^([\w-]+)==(\S+)$/gm);
  const problems: string[] = [];
  const versions: Record<string, string> = {};
  for (const [requirement, name, version] of wanted as Iterable<[string, string, string]>) {
    if (!installed(name)?.startsWith(version)) {
      process.stderr.write(`peers: installing ${requirement} …\n`);
      const pip = spawnSync(python, ["-m", "pip", "install", "--quiet", requirement], { encoding: "utf8" });
      if (pip.status !== 0) {
        const why = pip.stderr.trim().split("\n").at(-1) ?? "";
        problems.push(`${requirement} could not be installed. ${why}`);
        continue;
      }
    }
    versions[name] = installed(name) ?? version;
  }
  versions.Python = execFileSync(python, ["-c", "import platform; print(platform.python_version())"], {
    encoding: "utf8",
  }).trim();
  return { versions, problems };
}

function installed(name: string): string | null {
  const program = "import sys, importlib.metadata as m; print(m.version(sys.argv[1]))";
  const { status, stdout } = spawnSync(python, ["-c", program, name], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : null;
}
