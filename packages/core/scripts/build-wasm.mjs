/**
 * Compiles assembly/ to WebAssembly and writes it, in base64, to src/devices/wasm/kernels.generated.ts: so the
 * package is plain ES modules in Node and in browsers alike, with no file to fetch.
 */
import { renameSync, writeFileSync } from "node:fs";
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
process.stderr.write(stderr.toString());
if (error) process.exit(1);

const base64 = Buffer.from(binary).toString("base64");
const text = `/** Written by scripts/build-wasm.mjs from assembly/. */\nexport const kernelsBase64: string =\n  "${base64}";\n`;
// Renamed into place, so that tests running meanwhile see the old file or the new one, never half of it.
writeFileSync(`${root}${target}.part`, text);
renameSync(`${root}${target}.part`, `${root}${target}`);
console.log(`${target}: ${binary.length} bytes of WebAssembly`);
