import { defineConfig } from "vitest/config";

export default defineConfig({
  // Packages are tested from their sources: no stale build can pass a test.
  ssr: { resolve: { conditions: ["@gradbridge/source", "module", "node"] } },
  resolve: { conditions: ["@gradbridge/source", "module", "node"] },
  test: {
    include: ["{packages,apps,examples,tools}/**/*.test.ts", "bench/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    reporters: ["default", "./tools/plain-summary-reporter.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
