import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));

/** Every module of a small workspace, and the rules its imports break. */
const modules: readonly { file: string; source: string; breaks: readonly string[] }[] = [
  // What each package shows to the others, and one inner file of each.
  ...["random", "core", "policy", "gymnasium-js", "envs", "bridge", "gpu-envs", "charts"].flatMap((name) => [
    { file: `packages/${name}/src/index.ts`, source: `export { inner } from "./inner.ts";`, breaks: [] },
    { file: `packages/${name}/src/inner.ts`, source: "export const inner = 1;", breaks: [] },
  ]),

  // The order of the packages.
  { file: "packages/core/src/random.ts", source: imports("@gradbridge/random"), breaks: [] },
  {
    file: "packages/random/src/core.ts",
    source: imports("@gradbridge/core"),
    breaks: ["random-imports-only-below"],
  },
  {
    file: "packages/core/src/environment.ts",
    source: imports("gymnasium-js"),
    breaks: ["core-imports-only-below"],
  },
  {
    file: "packages/core/src/environment-type.ts",
    source: `import type { inner } from "gymnasium-js";\nexport type Inner = typeof inner;`,
    breaks: ["core-imports-only-below"],
  },
  {
    file: "packages/policy/src/environment.ts",
    source: imports("@gradbridge/envs"),
    breaks: ["policy-imports-only-below"],
  },
  {
    file: "packages/envs/src/policy.ts",
    source: imports("@gradbridge/policy"),
    breaks: ["envs-imports-only-below"],
  },
  {
    file: "packages/gpu-envs/src/policy.ts",
    source: imports("@gradbridge/policy"),
    breaks: ["gpu-envs-imports-only-below"],
  },
  {
    file: "packages/gymnasium-js/src/tensors.ts",
    source: imports("@gradbridge/core"),
    breaks: ["gymnasium-js-imports-only-below"],
  },
  { file: "packages/bridge/src/policy.ts", source: imports("@gradbridge/policy"), breaks: [] },
  {
    file: "packages/bridge/src/program.ts",
    source: `export { main } from "../../../apps/demo/src/program.ts";`,
    breaks: ["bridge-imports-only-below"],
  },
  {
    file: "packages/bridge/src/chart.ts",
    source: imports("@gradbridge/charts"),
    breaks: ["bridge-imports-only-below"],
  },
  {
    file: "packages/charts/src/tensors.ts",
    source: imports("@gradbridge/core"),
    breaks: ["charts-imports-only-below"],
  },
  { file: "apps/demo/src/chart.ts", source: imports("@gradbridge/charts"), breaks: [] },
  { file: "apps/demo/src/program.ts", source: "export const main = 1;", breaks: [] },
  { file: "apps/demo/src/bridge.ts", source: imports("@gradbridge/bridge"), breaks: [] },
  {
    file: "examples/first/main.ts",
    source: `export { main } from "../../apps/demo/src/program.ts";`,
    breaks: ["programs-import-only-packages"],
  },
  {
    file: "examples/second/main.ts",
    source: `export { main } from "../first/main.ts";`,
    breaks: ["programs-import-only-packages"],
  },
  {
    file: "bench/src/example.ts",
    source: `export { main } from "../../examples/first/main.ts";`,
    breaks: ["programs-import-only-packages"],
  },

  // The public face.
  {
    file: "packages/policy/src/inside-core.ts",
    source: `export { inner } from "../../core/src/inner.ts";`,
    breaks: ["only-the-public-face", "packages-by-name"],
  },
  {
    file: "packages/policy/src/core-by-path.ts",
    source: `export { inner } from "../../core/src/index.ts";`,
    breaks: ["packages-by-name"],
  },
  {
    file: "apps/demo/src/inside-bridge.ts",
    source: `export { inner } from "../../../packages/bridge/src/inner.ts";`,
    breaks: ["only-the-public-face", "packages-by-name"],
  },
  {
    file: "packages/bridge/src/own-index.ts",
    source: `export { inner } from "./index.ts";`,
    breaks: ["not-its-own-index"],
  },
  { file: "packages/bridge/src/index.test.ts", source: `export { inner } from "./index.ts";`, breaks: [] },

  // Cycles.
  { file: "packages/envs/src/egg.ts", source: `export * from "./hen.ts";`, breaks: ["no-cycles"] },
  { file: "packages/envs/src/hen.ts", source: `export * from "./egg.ts";`, breaks: [] }, // reported once
  {
    file: "packages/envs/src/egg-type.ts",
    source: `import type { Hen } from "./hen-type.ts";\nexport type Egg = Hen | 1;`,
    breaks: [],
  },
  {
    file: "packages/envs/src/hen-type.ts",
    source: `import type { Egg } from "./egg-type.ts";\nexport type Hen = Egg[];`,
    breaks: [],
  },
  { file: "packages/core/src/ops/sin.ts", source: `export * from "./cos.ts";`, breaks: [] },
  { file: "packages/core/src/ops/cos.ts", source: `export * from "./sin.ts";`, breaks: [] },
  { file: "packages/core/src/ops/tensor.ts", source: `export * from "../tensor.ts";`, breaks: [] },
  { file: "packages/core/src/tensor.ts", source: `export * from "./ops/tensor.ts";`, breaks: ["no-cycles"] },

  // Devices.
  {
    file: "packages/core/src/devices/wasm/backend.ts",
    source: `export * from "../../ops/sin.ts";`,
    breaks: ["devices-know-no-gradients"],
  },
  {
    file: "packages/core/src/devices/wasm/backend.test.ts",
    source: `export * from "../../ops/sin.ts";`,
    breaks: [],
  },
  {
    file: "packages/core/src/devices/reference/tensor.ts",
    source: `import type { Tensor } from "../../tensor/tensor.ts";\nexport type Argument = Tensor;`,
    breaks: ["devices-know-no-gradients"],
  },
  { file: "packages/core/src/tensor/tensor.ts", source: "export type Tensor = number;", breaks: [] },
  {
    file: "packages/core/src/autograd/sgd.ts",
    source: `export * from "../optim/sgd.ts";`,
    breaks: ["losses-and-optimizers-on-top"],
  },
  { file: "packages/core/src/optim/sgd.ts", source: `export * from "../ops/sin.ts";`, breaks: [] },

  // What ships.
  {
    file: "packages/random/src/inner.test.ts",
    source: `import "vitest";\nexport const table = 1;`,
    breaks: [],
  },
  {
    file: "packages/random/src/shipped.ts",
    source: `export { table } from "./inner.test.ts";`,
    breaks: ["no-test-code-in-programs"],
  },
  {
    file: "packages/random/src/recorded.ts",
    source: `export { recorded } from "./fixtures/recorded.ts";`,
    breaks: ["no-test-code-in-programs"],
  },
  { file: "packages/random/src/fixtures/recorded.ts", source: "export const recorded = 1;", breaks: [] },
  {
    file: "packages/random/src/checked.ts",
    source: `import "vitest";\nexport const checked = 1;`,
    breaks: ["no-development-dependencies-in-programs"],
  },
  {
    file: "packages/random/src/missing.ts",
    source: `import "not-installed";\nimport "./nowhere.ts";\nexport const missing = 1;`,
    breaks: ["resolvable", "resolvable"],
  },
];

function imports(name: string): string {
  return `export { inner } from "${name}";`;
}

let workspace: string;
let violations: Map<string, string[]>;

beforeAll(async () => {
  workspace = mkdtempSync(join(tmpdir(), "boundaries-"));
  const write = (file: string, text: string): void => {
    mkdirSync(join(workspace, dirname(file)), { recursive: true });
    writeFileSync(join(workspace, file), `${text}\n`);
  };
  const link = (name: string, target: string): void => {
    mkdirSync(join(workspace, "node_modules", dirname(name)), { recursive: true });
    symlinkSync(target, join(workspace, "node_modules", name), "junction");
  };
  write("package.json", JSON.stringify({ name: "workspace", private: true }));
  for (const folder of ["random", "core", "policy", "gymnasium-js", "envs", "bridge", "gpu-envs", "charts"]) {
    const name = folder === "gymnasium-js" ? folder : `@gradbridge/${folder}`;
    write(
      `packages/${folder}/package.json`,
      JSON.stringify({
        name,
        type: "module",
        exports: { ".": { "@gradbridge/source": "./src/index.ts", default: "./dist/index.js" } },
        devDependencies: { vitest: "*" },
      }),
    );
    link(name, join(workspace, "packages", folder));
  }
  write("node_modules/vitest/package.json", JSON.stringify({ name: "vitest", exports: "./dist/index.js" }));
  write("node_modules/vitest/dist/index.js", "");
  for (const { file, source } of modules) write(file, source);
  violations = await cruise();
});

afterAll(() => rmSync(workspace, { recursive: true, force: true }));

/** Runs dependency-cruiser with the workspace's own configuration; the names of broken rules, by file. */
async function cruise(): Promise<Map<string, string[]>> {
  const { stdout } = await run(
    process.execPath,
    [
      join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs"),
      ...["--config", join(root, ".dependency-cruiser.cjs"), "--output-type", "json"],
      ...["packages", "apps", "bench", "examples"],
    ],
    { cwd: workspace, maxBuffer: 2 ** 26 },
  ).catch((failure: { stdout: string }) => failure); // violations make the exit code non-zero
  const { summary } = JSON.parse(stdout) as {
    summary: { violations: { from: string; rule: { name: string } }[] };
  };
  const byFile = new Map<string, string[]>();
  for (const { from, rule } of summary.violations) {
    byFile.set(from, [...(byFile.get(from) ?? []), rule.name].sort());
  }
  return byFile;
}

describe("import boundaries", () => {
  it.each(modules)("$file breaks $breaks", ({ file, breaks }) => {
    expect(violations.get(file) ?? []).toEqual(breaks);
  });

  it("shows every rule failing at least once", async () => {
    const configuration = (await import("../.dependency-cruiser.cjs")) as unknown as {
      default: { forbidden: { name: string }[] };
    };
    const broken = new Set(modules.flatMap(({ breaks }) => breaks));
    const rules = new Set(configuration.default.forbidden.map(({ name }) => name));
    expect(broken).toEqual(rules);
  });
});
