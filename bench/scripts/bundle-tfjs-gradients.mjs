/**
 * Bundles TensorFlow.js's own table of gradients into one module: `src/systems/tfjs-gradients.generated.ts`.
 *
 * `@tensorflow/tfjs-core` registers gradients only in its files for bundlers, which Node cannot load, and in the whole
 * `@tensorflow/tfjs`, which is ten times as large to install. Its registries are global, so a table from a bundle works
 * with the core that Node loads.
 */
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const core = dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-core/package.json"));
const bundle = await rolldown({
  input: join(core, "dist/register_all_gradients.js"),
  platform: "node",
  logLevel: "silent",
  treeshake: { moduleSideEffects: true },
});
const { output } = await bundle.generate({ format: "esm", minify: true, codeSplitting: false });
const target = fileURLToPath(new URL("../src/systems/tfjs-gradients.generated.ts", import.meta.url));
writeFileSync(target, `// @ts-nocheck\n${output[0].code}\nexport {};\n`);
await bundle.close();
