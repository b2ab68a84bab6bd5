/**
 * Who may import whom. `pnpm boundaries` checks it; tools/boundaries.test.ts shows that each rule can fail.
 *
 *   random ← core ← policy ─┐
 *   random ← gymnasium-js ← envs ─┴─ bridge ← demo, examples, bench, studies
 *   core ← gpu-envs ← examples
 *   charts ← demo, studies
 */
const reachable = {
  random: [],
  core: ["random"],
  policy: ["random", "core"],
  "gymnasium-js": ["random"],
  envs: ["random", "gymnasium-js"],
  bridge: ["random", "core", "policy", "gymnasium-js", "envs"],
  // gymnasium-js only in its tests
  "gpu-envs": ["random", "core", "gymnasium-js"],
  charts: [],
};

const tests = "\\.test\\.ts$";

const packageOrder = Object.entries(reachable).map(([name, below]) => ({
  name: `${name}-imports-only-below`,
  comment: `packages/${name} may import ${below.join(", ") || "no other package"}: dependencies run one way.`,
  severity: "error",
  from: { path: `^packages/${name}/` },
  to: {
    path: "^(packages|apps|bench|studies|examples)/",
    pathNot: [name, ...below].map((allowed) => `^packages/${allowed}/`),
  },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    ...packageOrder,
    {
      name: "programs-import-only-packages",
      comment: "The demo, the benchmarks, the studies and each example stand alone on top of the packages.",
      severity: "error",
      from: { path: "^(apps/[^/]+|bench|studies|examples/[^/]+)/" },
      to: { path: "^(apps|bench|studies|examples)/", pathNot: "^$1/" },
    },
    {
      name: "only-the-public-face",
      comment: "Another package's inner files are its own business: import the package by its name.",
      severity: "error",
      from: { path: "^(packages/[^/]+|apps/[^/]+|bench|studies|examples/[^/]+)/" },
      to: { path: "^packages/", pathNot: ["^$1/", "^packages/[^/]+/src/index\\.ts$"] },
    },
    {
      name: "packages-by-name",
      comment: "A relative path into another package works here and breaks once published: use its name.",
      severity: "error",
      from: { path: "^(packages/[^/]+|apps/[^/]+|bench|studies|examples/[^/]+)/" },
      to: { path: "^packages/", pathNot: "^$1/", dependencyTypes: ["local"] },
    },
    {
      name: "not-its-own-index",
      comment:
        "Inside a package, import the file that defines the name; going through index.ts makes cycles.",
      severity: "error",
      from: { path: "^(packages|apps)/([^/]+)/", pathNot: [tests, "/fixtures/"] },
      to: { path: "^$1/$2/src/index\\.ts$" },
    },
    {
      name: "no-cycles",
      comment:
        "Modules that need each other to load are one module. Allowed: cycles of types alone, and cycles inside " +
        "ops/, where a derivative is written in ops (sin needs cos and cos needs sin, when called, not when loaded).",
      severity: "error",
      from: { pathNot: "^packages/core/src/ops/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "devices-know-no-gradients",
      comment: "A backend runs kernels; tensors, ops and gradients are built on it, never the other way.",
      severity: "error",
      from: { path: "^packages/core/src/devices/", pathNot: tests },
      to: { path: "^packages/core/src/(ops|autograd|compile|losses|optim|tensor/tensor\\.ts$)" },
    },
    {
      name: "losses-and-optimizers-on-top",
      comment: "Losses and optimizers are written with tensors and ops; these do not know them.",
      severity: "error",
      from: { path: "^packages/core/src/(devices|tensor|ops|autograd)/", pathNot: tests },
      to: { path: "^packages/core/src/(losses|optim)/" },
    },
    {
      name: "no-test-code-in-programs",
      comment: "What ships cannot import tests or their fixtures.",
      severity: "error",
      from: { path: "^(packages|apps)/[^/]+/src/", pathNot: [tests, "/fixtures/"] },
      to: { path: [tests, "/fixtures/"] },
    },
    {
      name: "no-development-dependencies-in-programs",
      comment: "What ships cannot import a package that its users do not get: list it in `dependencies`.",
      severity: "error",
      from: { path: "^(packages|apps)/[^/]+/src/", pathNot: [tests, "/fixtures/"] },
      to: { dependencyTypes: ["npm-dev"], pathNot: "/@types/" },
    },
    {
      name: "resolvable",
      comment: "An import that leads nowhere: a typing error, or a dependency missing from package.json.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(packages/[^/]+|apps/[^/]+|bench|studies|examples/[^/]+)/(dist|runs|\\.venv)/" },
    tsPreCompilationDeps: true,
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@gradbridge/source", "import", "node", "default", "types"],
    },
  },
};
