/**
 * Compiles assembly/ to WebAssembly and writes it, in base64, to src/devices/wasm/kernels.generated.ts: so the
 * package is plain ES modules in Node and in browsers alike, with no file to fetch.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = "src/devices/wasm/kernels.generated.ts";

let binary;
const { error, stderr } = await asc.main(
  ["--config", "asconfig.json", "--baseDir", root, "--outFile", "kernels.wasm"],
  {
    writeFile: (_name, contents) => {
      binary = contents;
    },
  },
);
if (error) {
  console.error(stderr.toString());
  throw error;
}

const base64 = Buffer.from(binary).toString("base64");
writeFileSync(
  new URL(`../${target}`, import.meta.url),
  `/** Written by scripts/build-wasm.mjs from assembly/. */\nexport const kernelsBase64: string =\n  "${base64}";\n`,
);
console.log(`${target}: ${binary.length} bytes of WebAssembly`);
