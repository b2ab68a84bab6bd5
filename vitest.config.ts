import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const packages = new URL("packages/", import.meta.url);

// Packages are tested from their sources: no stale build can pass a test. Aliases and not the export condition
// `@gradbridge/source`, because Vitest hands conditions on to Node and so to every worker and child process
// that a test starts; those are plain Node, cannot run TypeScript, and load the build (dist).
const folders = readdirSync(packages, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const sources = folders.map(({ name: folder }) => {
  const { name } = JSON.parse(readFileSync(new URL(`${folder}/package.json`, packages), "utf8"));
  return {
    find: new RegExp(`^${name}$`),
    replacement: fileURLToPath(new URL(`${folder}/src/index.ts`, packages)),
  };
});

export default defineConfig({
  resolve: { alias: sources },
  test: {
    include: ["{packages,apps,examples,tools}/**/*.test.ts", "{bench,studies}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    setupFiles: ["./tools/software-gpu.ts"],
    reporters: ["default", "./tools/plain-summary-reporter.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
