/** Compiles assembly/peak.ts to WebAssembly, in base64: src/peak.generated.ts. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

let binary;
const { error, stderr } = await asc.main(
  [
    ...[
      "assembly/peak.ts",
      "--baseDir",
      fileURLToPath(new URL("..", import.meta.url)),
      "--outFile",
      "peak.wasm",
    ],
    ...["--enable", "simd", "--runtime", "stub", "--optimizeLevel", "3", "--noAssert"],
  ],
  {
    writeFile: (_name, contents) => {
      binary = contents;
    },
  },
);
process.stderr.write(stderr.toString());
if (error) process.exit(1);
writeFileSync(
  new URL("../src/peak.generated.ts", import.meta.url),
  `/** Written by scripts/build-peak.mjs from assembly/peak.ts. */\nexport const peakBase64: string =\n  "${Buffer.from(binary).toString("base64")}";\n`,
);
