import { DeviceError } from "../../errors.ts";
import type { BackendDefinition } from "../registry.ts";
import type { Tfjs } from "./tfjs.ts";

/** One way to run TensorFlow here. */
interface Candidate {
  /** Packages to load, in order; the first exports the API. */
  readonly packages: readonly string[];
  /** The backend of TensorFlow.js that it brings. */
  readonly backend: "tensorflow" | "cpu";
  readonly description: string;
}

/** In order of preference. */
const candidates: readonly Candidate[] = [
  {
    packages: ["@tensorflow/tfjs-node-gpu"],
    backend: "tensorflow",
    description: "TensorFlow's C++ library, built for CUDA",
  },
  {
    packages: ["@tensorflow/tfjs-node"],
    backend: "tensorflow",
    description: "TensorFlow's C++ library on the CPU",
  },
  {
    packages: ["@tensorflow/tfjs"],
    backend: "cpu",
    description: "TensorFlow.js in plain JavaScript: slow",
  },
  {
    packages: ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-cpu"],
    backend: "cpu",
    description: "TensorFlow.js in plain JavaScript: slow",
  },
];

/** What runs TensorFlow here. */
export interface TensorFlowRuntime {
  readonly tf: Tfjs;
  /** The package that was loaded, and how it runs. Names what was preferred and why it does not work, if it is there. */
  readonly description: string;
  /** Whether it is the C++ library, not JavaScript. */
  readonly native: boolean;
}

/** How this module loads packages. Tests give one of their own. */
export type ImportPackage = (name: string) => Promise<unknown>;

/**
 * Loads the best TensorFlow that is installed: tfjs-node-gpu, tfjs-node, or plain tfjs, in that order.
 * @throws DeviceError where none is installed, or none can run; the text says what each lacks.
 */
export async function loadTensorFlow(
  importPackage: ImportPackage = (name) => import(/* @vite-ignore */ /* webpackIgnore: true */ name),
): Promise<TensorFlowRuntime> {
  prepareNode();
  const broken: string[] = [];
  for (const { packages, backend, description } of candidates) {
    try {
      const modules: unknown[] = [];
      for (const name of packages) modules.push(await importPackage(name));
      const tf = apiOf(modules[0]);
      if (!(await tf.setBackend(backend))) throw new Error(`its backend "${backend}" does not start.`);
      const native = backend === "tensorflow";
      const where = native && usesGpu(tf) ? `${description}, on the GPU` : description;
      const rest = broken.length === 0 ? "" : `. Not used: ${broken.join("; ")}`;
      return { tf, description: `${where} (${packages[0]})${rest}`, native };
    } catch (error) {
      if (!isNotInstalled(error, packages)) broken.push(`${packages[0]}: ${firstSentence(error)}`);
    }
  }
  throw new DeviceError(
    broken.length === 0
      ? "no TensorFlow.js is installed. Run `pnpm setup:tensorflow` in this repository, or install @tensorflow/tfjs for plain JavaScript."
      : `TensorFlow.js is installed but does not run: ${broken.join("; ")}. Run \`pnpm setup:tensorflow\` in this repository.`,
  );
}

let runtime: Promise<TensorFlowRuntime> | undefined;

/** The device `tensorflow`. Its details name the package that runs it. */
export const tensorFlowDefinition: BackendDefinition = {
  name: "tensorflow",
  description: "TensorFlow's CUDA and CPU kernels through TensorFlow.js, float32",
  create: async () => {
    const { createTensorFlowBackend } = await import("./backend.ts");
    return createTensorFlowBackend((await loadOnce()).tf);
  },
  unavailable: async () => {
    try {
      await loadOnce();
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  },
  details: async () => (await loadOnce()).description,
};

function loadOnce(): Promise<TensorFlowRuntime> {
  runtime ??= loadTensorFlow();
  return runtime;
}

/** The parts of Node that are absent in browsers. */
interface NodeProcess {
  readonly env: Record<string, string | undefined>;
  getBuiltinModule?(name: string): Record<string, unknown> | undefined;
}

/**
 * The last release of tfjs-node (4.22) calls functions of `util` that Node 23 removed; they are given back to it, and
 * nothing in its package is changed. TensorFlow's library is asked to report errors only: what it thinks of the
 * processor would go to the stderr of our user.
 */
function prepareNode(): void {
  const node = (globalThis as { process?: NodeProcess }).process;
  const util = node?.getBuiltinModule?.("node:util");
  if (node === undefined || util === undefined) return;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
  node.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
}

/** A CommonJS module's exports are the default export of what `import` gives. */
function apiOf(module: unknown): Tfjs {
  const { default: exported } = module as { default?: Tfjs };
  return typeof exported?.getKernel === "function" ? exported : (module as Tfjs);
}

function usesGpu(tf: Tfjs): boolean {
  return (tf.engine().backend as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true;
}

/** Whether the packages themselves are missing; one that is there and lacks something is worth a word. */
function isNotInstalled(error: unknown, packages: readonly string[]): boolean {
  const { code, message } = error as { code?: string; message?: string };
  const missing = code === "ERR_MODULE_NOT_FOUND" || code === undefined; // browsers give no code
  return missing && packages.some((name) => message?.includes(`'${name}'`) || message?.includes(`"${name}"`));
}

function firstSentence(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /native addon module/.test(message)
    ? "its native library was not built here (`pnpm setup:tensorflow` does)"
    : message.split("\n")[0]!.trim().replace(/\.$/, "");
}
