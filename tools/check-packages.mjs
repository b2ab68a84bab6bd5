/**
 * Checks every public package as its users will get it: `pnpm check:packages`, after a build.
 *
 * Packs each package and lints the tarball (publint, are-the-types-wrong); installs all tarballs with npm into
 * an empty project outside the workspace and looks at what arrived; there, imports every package by name in
 * plain Node, runs every command's `--help`, and type-checks a small consumer with `skipLibCheck` off.
 */
import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

/**
 * @typedef {{
 *   name: string, private?: boolean, exports?: Record<string, unknown>, bin?: Record<string, string>,
 *   dependencies?: Record<string, string>, peerDependencies?: Record<string, string>,
 *   optionalDependencies?: Record<string, string>,
 * }} Manifest
 */

const execute = promisify(execFile);
const shell = process.platform === "win32"; // npm and pnpm are scripts there
const root = fileURLToPath(new URL("..", import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), "packages-"));
const consumer = join(temporary, "consumer");

/** @type {string[]} */
const problems = [];

/**
 * Runs a program; its failure is a problem, not the end.
 * @param {string} what @param {string} file @param {string[]} args @param {string} [cwd]
 */
async function attempt(what, file, args, cwd = consumer) {
  try {
    await execute(file, args, { cwd, timeout: 120_000, shell: shell && file !== process.execPath });
  } catch (error) {
    const { message, stdout, stderr } = /** @type {Error & Record<"stdout" | "stderr", string>} */ (error);
    problems.push(`${what}: ${message}\n${stdout}${stderr}`);
  }
}

/** @param {string} folder @returns {Manifest} */
function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

/** Packs one package as `pnpm publish` would. @param {string} folder @returns {Promise<string>} the tarball */
async function pack(folder) {
  const options = ["pack", "--json", "--pack-destination", temporary];
  const { stdout } = await execute("pnpm", options, { cwd: folder, shell });
  return JSON.parse(stdout).filename;
}

/** @param {Manifest} manifest @param {string} tarball */
async function lint(manifest, tarball) {
  const { messages, pkg } = await publint({
    pack: { tarball: new Uint8Array(readFileSync(tarball)).buffer },
    strict: true,
  });
  for (const message of messages) {
    problems.push(`${manifest.name}: publint: ${formatMessage(message, pkg, { color: false })}`);
  }
  if (!importable(manifest)) return;
  const attw = join(root, "node_modules/@arethetypeswrong/cli/dist/index.js");
  const options = ["--profile", "esm-only", "--no-definitely-typed", "--format", "ascii", "--no-color"];
  await attempt(`${manifest.name}: are the types wrong`, process.execPath, [attw, tarball, ...options], root);
}

/** Has something to import; a program has only commands. @param {Manifest} manifest */
function importable(manifest) {
  return manifest.exports !== undefined && "." in manifest.exports;
}

/** @param {string[]} tarballs */
async function install(tarballs) {
  mkdirSync(consumer);
  const types = readManifest(join(root, "node_modules/@types/node"));
  writeFileSync(join(consumer, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", "--loglevel=error"];
  const added = [`@types/node@${/** @type {any} */ (types).version}`, ...tarballs];
  await execute("npm", ["install", ...options, ...added], { cwd: consumer, shell });
}

/** Looks at what a user finds in node_modules. @param {string} name */
function inspect(name) {
  const folder = join(consumer, "node_modules", name);
  const manifest = readManifest(folder);
  const files = readdirSync(folder, { recursive: true }).map((file) => String(file).replaceAll("\\", "/"));
  for (const required of ["README.md", "LICENSE", "package.json"]) {
    if (!files.includes(required)) problems.push(`${name}: the package has no ${required}`);
  }
  const unwanted = /\.test\.|(^|\/)(fixtures|node_modules|\.turbo)(\/|$)|\.tsbuildinfo$/;
  for (const file of files.filter((file) => unwanted.test(file))) {
    problems.push(`${name}: the package contains ${file}`);
  }
  const ranges = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
  for (const [dependency, range] of Object.entries(ranges)) {
    if (/^(workspace|catalog|file|link):/.test(range)) {
      problems.push(
        `${name}: depends on ${dependency} at ${range}, which means nothing outside the workspace`,
      );
    }
  }
}

/** Uses the installed packages. @param {Manifest[]} manifests */
async function use(manifests) {
  const names = manifests.filter(importable).map(({ name }) => name);
  const imports = names.map((name, index) => `import * as package${index} from "${name}";`);
  const all = names.map((_, index) => `package${index}`).join(", ");
  writeFileSync(
    join(consumer, "consumer.ts"),
    `${imports.join("\n")}\nconst all: readonly object[] = [${all}];\nexport default all;\n`,
  );
  const compilerOptions = {
    ...{ module: "NodeNext", target: "ES2023", lib: ["ES2023", "DOM"], types: ["node"] },
    ...{ strict: true, noEmit: true, skipLibCheck: false },
  };
  writeFileSync(join(consumer, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
  await attempt("a consumer's type check", process.execPath, [join(root, "node_modules/typescript/bin/tsc")]);
  for (const name of names) {
    const program = `import * as all from "${name}"; if (Object.keys(all).length === 0) throw Error("empty");`;
    await attempt(`import "${name}"`, process.execPath, ["--input-type=module", "--eval", program]);
  }
  for (const command of manifests.flatMap(({ bin }) => Object.keys(bin ?? {}))) {
    await attempt(`${command} --help`, "npm", ["exec", "--offline", "--", command, "--help"]);
  }
}

try {
  const packages = ["packages", "apps"]
    .flatMap((parent) => readdirSync(join(root, parent)).map((folder) => join(root, parent, folder)))
    .filter((folder) => existsSync(join(folder, "package.json")))
    .map((folder) => ({ folder, manifest: readManifest(folder), tarball: "" }))
    .filter(({ manifest }) => manifest.private !== true);

  await Promise.all(packages.map(async (one) => Object.assign(one, { tarball: await pack(one.folder) })));
  await Promise.all([
    install(packages.map(({ tarball }) => tarball)),
    ...packages.map(({ manifest, tarball }) => lint(manifest, tarball)),
  ]);
  for (const { manifest } of packages) inspect(manifest.name);
  await use(packages.map(({ manifest }) => manifest));
  console.log(`${packages.length} packages checked`);
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
