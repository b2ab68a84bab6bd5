/**
 * Makes the device `tensorflow` run on TensorFlow's own library: `pnpm setup:tensorflow`.
 *
 * The native library that tfjs-node downloads is of 2023, for CUDA 11.2, from a host that many machines cannot reach.
 * So this script takes TensorFlow from PyPI (with CUDA where there is an NVIDIA driver), tfjs-node or tfjs-node-gpu from
 * npm with its install scripts off, compiles the package's binding against that TensorFlow, lets it multiply two
 * matrices, and links the package where `@gradbridge/core` finds it. All it makes is in `.tensorflow/`, but for the
 * link; `--remove` undoes just that. A TensorFlow or a tfjs-node that was there before is used, and left as it was.
 */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const usage = `Usage: pnpm setup:tensorflow [options]

  --check          say what is there and what is missing; change nothing
  --remove         undo what this script did, and nothing else
  --or-skip        where it cannot be done here: say "skipped: why" and succeed
  --cpu, --cuda    TensorFlow for the CPU or for CUDA, whatever hardware is found
  --python <path>  the Python to use, or to make the environment with (default: python3)
  --project <dir>  the project whose node_modules gets the link (default: this repository)

Exit status: 0 ready (or removed), 1 not ready, 2 wrong arguments.
`;

const { env } = process;
const tfjsVersion = "4.22.0";
/** TensorFlow 2.16 is the first for CUDA 12.3 and Python 3.12; older ones are not "current". */
const oldestMinor = 16;

/** Something is missing that this script cannot bring. */
class CannotSetUp extends Error {}

/**
 * @typedef {{ python: string, folder: string, version: string }} TensorFlow where it is and which
 * @typedef {TensorFlow & { compiler: string }} Built what a binding was compiled against
 * @typedef {ReturnType<typeof settings>} Settings
 */

/** @param {string[]} argv */
function settings(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      check: { type: "boolean", default: false },
      remove: { type: "boolean", default: false },
      "or-skip": { type: "boolean", default: false },
      cpu: { type: "boolean", default: false },
      cuda: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
      python: { type: "string" },
      project: { type: "string" },
    },
  });
  const root = fileURLToPath(new URL("..", import.meta.url));
  const project = resolve(values.project ?? root);
  const home = join(project, ".tensorflow");
  const driver = existsSync("/proc/driver/nvidia/version") || existsSync("/dev/nvidiactl");
  const cuda = values.cuda || (driver && !values.cpu);
  const name = cuda ? "@tensorflow/tfjs-node-gpu" : "@tensorflow/tfjs-node";
  const own = join(home, "node_modules", name);
  const binding = join(own, "lib/napi-v8/tfjs_binding.node");
  return {
    ...values,
    home,
    cuda,
    name,
    driver,
    environment: join(home, "python"),
    /** Where the package is, or is linked to, for the project. */
    installed: join(project, "node_modules", name),
    /** Where this script installs it, its compiled binding, and what that was compiled against. */
    own,
    binding,
    record: `${binding}.json`,
    headers: join(home, "node_modules/node-api-headers/include"),
    /** Says that the folder is this script's. */
    marker: join(home, "made-by-setup-tensorflow.json"),
  };
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`setup:tensorflow: ${text}\n`);
}

/**
 * Runs a program.
 * @param {string} file @param {string[]} args @param {import("node:child_process").SpawnSyncOptions} [options]
 */
function run(file, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    ...options,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  const missing = /** @type {NodeJS.ErrnoException | undefined} */ (error)?.code === "ENOENT";
  return { ok: status === 0, missing, out: String(stdout ?? "").trim(), err: String(stderr ?? "").trim() };
}

/** The last lines of what a program complained about. @param {{ out: string, err: string }} result */
function complaint({ out, err }) {
  return (err || out).split("\n").slice(-6).join("\n  ");
}

/** A TensorFlow this Python can import, not imported (that takes seconds). @param {string} python @returns {TensorFlow | null} */
function tensorFlowOf(python) {
  const program = `
import importlib.metadata as m, importlib.util as u, os, sys
spec = u.find_spec("tensorflow")
if spec is None or not spec.origin: sys.exit(1)
for name in ("tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tf-nightly"):
    try: version = m.version(name)
    except m.PackageNotFoundError: continue
    print(version, os.path.dirname(spec.origin)); break
`;
  const { ok, out } = run(python, ["-c", program]);
  const [, version, folder] = /^(\S+) (.+)$/.exec(out) ?? [];
  if (!ok || version === undefined || folder === undefined) return null;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const old = major < 2 || (major === 2 && minor < oldestMinor);
  return old || !existsSync(join(folder, "libtensorflow_cc.so.2")) ? null : { python, folder, version };
}

/** A TensorFlow that is already here: of the Python given, of the last time, of the active environment, or of ours. @param {Settings} options */
function findTensorFlow({ python, environment, record }) {
  const last = existsSync(record)
    ? /** @type {Built} */ (JSON.parse(readFileSync(record, "utf8"))).python
    : "";
  const { VIRTUAL_ENV: active } = env;
  const pythons = [python, last, active && join(active, "bin/python"), join(environment, "bin/python")];
  for (const one of pythons) {
    const found = one === undefined || one === "" ? null : tensorFlowOf(one);
    if (found !== null) return found;
  }
  return null;
}

/** @param {Settings} options @returns {TensorFlow} */
function makeTensorFlow(options) {
  const { environment, cuda, python = "python3" } = options;
  const inside = join(environment, "bin/python");
  if (!existsSync(inside)) {
    const about = run(python, [
      "-c",
      "import sys; print(sys.version_info >= (3, 10), sys.version.split()[0])",
    ]);
    if (!about.ok) {
      throw new CannotSetUp(
        `there is no ${python}. Install Python 3.10 or newer, or name one with --python.`,
      );
    }
    const [recent, version] = about.out.split(" ");
    if (recent !== "True") {
      throw new CannotSetUp(
        `${python} is Python ${version}; TensorFlow needs 3.10 or newer. Name one with --python.`,
      );
    }
    say(`making a Python ${version} environment in ${environment} …`);
    const made = run(python, ["-m", "venv", environment]);
    if (!made.ok) {
      rmSync(environment, { recursive: true, force: true });
      throw new CannotSetUp(
        `${python} could not make an environment. On Debian and Ubuntu: apt install python3-venv.\n  ${complaint(made)}`,
      );
    }
  }
  // the wheel for the CPU alone is half the size; there is none for 64-bit Arm
  const requirement = cuda
    ? "tensorflow[and-cuda]"
    : process.arch === "x64"
      ? "tensorflow-cpu"
      : "tensorflow";
  say(`installing ${requirement} from PyPI (${cuda ? "several GB" : "about 300 MB"}) …`);
  const quietly = [
    "--quiet",
    "--no-input",
    "--disable-pip-version-check",
    "--retries",
    "2",
    "--timeout",
    "20",
  ];
  const installed = run(inside, ["-m", "pip", "install", ...quietly, "--upgrade", requirement]);
  if (!installed.ok) {
    throw new CannotSetUp(
      `${requirement} could not be installed: PyPI cannot be reached, or has none for this Python.\n  ${complaint(installed)}`,
    );
  }
  const found = tensorFlowOf(inside);
  if (found === null)
    throw new Error(`${requirement} was installed, but libtensorflow_cc.so.2 is not in it.`);
  return found;
}

/** Installs tfjs-node and Node's headers, without running their install scripts. @param {Settings} options */
function installPackages({ home, name, own, headers }) {
  const wanted = [`${name}@${tfjsVersion}`, "node-api-headers@1"];
  const there = existsSync(own) && existsSync(headers);
  if (there) return;
  say(`installing ${wanted.join(" and ")} from npm, scripts off …`);
  if (!existsSync(join(home, "package.json"))) {
    writeFileSync(join(home, "package.json"), '{ "private": true }\n');
  }
  const quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
  const impatiently = ["--fetch-retries=1", "--fetch-retry-maxtimeout=10000", "--fetch-timeout=60000"];
  const installed = run("npm", ["install", ...quietly, ...impatiently, ...wanted], { cwd: home });
  if (!installed.ok) {
    throw new CannotSetUp(`npm could not install ${wanted.join(" and ")}.\n  ${complaint(installed)}`);
  }
}

/** The first C++ compiler there is. */
function findCompiler() {
  for (const name of [env.CXX, "g++", "clang++", "c++"]) {
    if (name === undefined || name === "") continue;
    const about = run(name, ["--version"]);
    if (about.ok) return { name, version: about.out.split("\n")[0] ?? "" };
  }
  return null;
}

/**
 * Compiles the package's binding against TensorFlow, unless that is how it was compiled before.
 * @param {Settings} options @param {TensorFlow} tensorflow @param {{ name: string, version: string }} compiler
 */
function build({ own, binding, record, headers }, tensorflow, compiler) {
  /** @type {Built} */
  const built = { ...tensorflow, compiler: compiler.version };
  const wanted = JSON.stringify(built);
  if (existsSync(binding) && existsSync(record) && readFileSync(record, "utf8") === wanted) return;
  say(`compiling the binding against TensorFlow ${tensorflow.version} …`);
  mkdirSync(dirname(binding), { recursive: true });
  const { folder } = tensorflow;
  const sources = ["tfjs_backend.cc", "tfjs_binding.cc"].map((file) => join(own, "binding", file));
  const compiled = run(compiler.name, [
    ...["-std=c++17", "-O2", "-fPIC", "-shared", "-DNAPI_VERSION=8"],
    ...[`-I${join(folder, "include")}`, `-I${own}`, `-I${headers}`],
    ...[...sources, "-o", binding],
    // The libraries where pip put them: they find CUDA's by their own place.
    ...[`-L${folder}`, "-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2", `-Wl,-rpath,${folder}`],
  ]);
  if (!compiled.ok)
    throw new Error(`${compiler.name} could not compile the binding:\n  ${complaint(compiled)}`);
  writeFileSync(record, wanted);
}

/** Multiplies two matrices in a process of its own. Null where that works not. @param {string} packageFolder */
function verify(packageFolder) {
  const program = `
    const util = require("node:util");
    util.isNullOrUndefined ??= (value) => value == null;
    util.isArray ??= Array.isArray;
    const tf = require(${JSON.stringify(packageFolder)});
    const product = tf.matMul([[1, 2], [3, 4]], [[5, 6], [7, 8]]).dataSync();
    if (String(product) !== "19,22,43,50") throw new Error("1 2 3 4 times 5 6 7 8 gave " + product);
    const { isUsingGpuDevice, binding } = tf.engine().backend;
    console.log(JSON.stringify({ version: binding.TF_Version, gpu: isUsingGpuDevice }));`;
  const quiet = { ...env, TF_CPP_MIN_LOG_LEVEL: "2" };
  const ran = run(process.execPath, ["--eval", program], { env: quiet, timeout: 120_000 });
  const report = ran.out.split("\n").at(-1) ?? "";
  return ran.ok
    ? { .../** @type {{ version: string, gpu: boolean }} */ (JSON.parse(report)), problem: null }
    : { version: "", gpu: false, problem: complaint(ran) };
}

/** Whether the project's package is our link. @param {Settings} options */
function isOurLink({ installed, own }) {
  const entry = lstatSync(installed, { throwIfNoEntry: false });
  return entry?.isSymbolicLink() === true && resolve(dirname(installed), readlinkSync(installed)) === own;
}

/** @param {Settings} options */
function link(options) {
  const { installed, own } = options;
  if (isOurLink(options)) return;
  if (lstatSync(installed, { throwIfNoEntry: false }) !== undefined) {
    throw new CannotSetUp(
      `${installed} is there already, and does not run here. It is not this script's: remove it, then try again.`,
    );
  }
  mkdirSync(dirname(installed), { recursive: true });
  symlinkSync(relative(dirname(installed), own), installed);
}

/** @param {Settings} options */
function setUp(options) {
  const { home, name, installed, own, marker, cuda } = options;
  if (existsSync(installed) && !isOurLink(options) && verify(installed).problem === null) {
    return `${name} was here before, and runs. Nothing to do.`;
  }
  if (process.platform !== "linux") {
    throw new CannotSetUp(`this recipe is for Linux; on Windows use WSL 2. Here is ${process.platform}.`);
  }
  const compiler = findCompiler();
  if (compiler === null) {
    throw new CannotSetUp("there is no C++ compiler. On Debian and Ubuntu: apt install g++ (or set CXX).");
  }
  if (existsSync(home) && !existsSync(marker)) {
    throw new CannotSetUp(`${home} is there, and not this script's. Move it away, then try again.`);
  }
  mkdirSync(home, { recursive: true });
  writeFileSync(marker, `${JSON.stringify({ name, cuda })}\n`);
  writeFileSync(join(home, ".gitignore"), "*\n");
  const tensorflow = findTensorFlow(options) ?? makeTensorFlow(options);
  installPackages(options);
  build(options, tensorflow, compiler);
  const { version, gpu, problem } = verify(own);
  if (problem !== null) throw new Error(`the binding was compiled, but does not run:\n  ${problem}`);
  link(options);
  const idle =
    cuda && !gpu ? " It does not see the GPU: look at nvidia-smi, and at the driver's version." : "";
  return `ready: ${name} ${tfjsVersion} on TensorFlow ${version}, ${gpu ? "on the GPU" : "on the CPU"}.${idle}`;
}

/** What is there; null as its last element where nothing is missing. @param {Settings} options */
function check(options) {
  const { installed, name, driver, own } = options;
  const tensorflow = findTensorFlow(options);
  const python = run(options.python ?? "python3", ["--version"]);
  const compiler = findCompiler();
  const state = existsSync(installed) ? verify(installed) : null;
  const lines = [
    `NVIDIA driver   ${driver ? "yes" : "no"}`,
    `Python          ${python.ok ? python.out : "missing: install Python 3.10 or newer"}`,
    `C++ compiler    ${compiler?.version ?? "missing: install g++"}`,
    `TensorFlow      ${tensorflow === null ? "not installed" : `${tensorflow.version} in ${tensorflow.folder}`}`,
    `${name.padEnd(15)} ${existsSync(installed) ? (isOurLink(options) ? `linked to ${own}` : installed) : "not installed"}`,
    `multiplies      ${state === null ? "no" : (state.problem ?? `yes, TensorFlow ${state.version}, ${state.gpu ? "GPU" : "CPU"}`)}`,
  ];
  const ready = state !== null && state.problem === null;
  return {
    ready,
    text: `${lines.join("\n")}\n${ready ? "ready" : "not ready: run `pnpm setup:tensorflow`"}\n`,
  };
}

/** @param {Settings} options */
function remove(options) {
  const { installed, home, marker } = options;
  if (isOurLink(options)) {
    rmSync(installed);
    for (const folder of [dirname(installed), dirname(dirname(installed))]) {
      if (readdirSync(folder).length === 0) rmdirSync(folder);
    }
  }
  if (!existsSync(marker)) return `${home} is not there, or not this script's: nothing to remove.`;
  rmSync(home, { recursive: true });
  return `removed ${home} and the link to it.`;
}

/** @param {string[]} argv @returns {number} the exit status */
function main(argv) {
  let options;
  try {
    options = settings(argv);
    if (options.cpu && options.cuda) throw new Error("--cpu and --cuda exclude each other.");
  } catch (error) {
    process.stderr.write(`error: ${/** @type {Error} */ (error).message}\n\n${usage}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(usage);
    return 0;
  }
  if (options.check) {
    const { ready, text } = check(options);
    process.stdout.write(text);
    return ready ? 0 : 1;
  }
  try {
    process.stdout.write(`${options.remove ? remove(options) : setUp(options)}\n`);
    return 0;
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    if (error instanceof CannotSetUp && options["or-skip"]) {
      process.stdout.write(`skipped: ${message.split("\n")[0]}\n`);
      return 0;
    }
    process.stderr.write(`error: ${message}\n`);
    return 1;
  }
}

process.exitCode = main(process.argv.slice(2));
