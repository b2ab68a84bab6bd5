/**
 * Compiles assembly/ to WebAssembly twice, without and with relaxed SIMD, and writes both, in base64, to
 * src/devices/wasm/kernels.generated.ts: so the package is plain ES modules in Node and in browsers alike, with no file
 * to fetch.
 */
import { renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = "src/devices/wasm/kernels.generated.ts";

async function compile(...features) {
  let binary;
  const { error, stderr } = await asc.main(
    ["--config", "asconfig.json", "--baseDir", root, "--outFile", "kernels.wasm", ...features],
    {
      writeFile: (_name, contents) => {
        binary = contents;
      },
    },
  );
  process.stderr.write(stderr.toString());
  if (error) process.exit(1);
  return binary;
}

/**
 * Where the binary says that its memory is shared: the limits of the import "env" "memory" begin with 3 (shared, with a
 * maximum). With 1 in its place the same code runs on memory that is not shared.
 */
function memoryFlagsOf(binary) {
  const before = Buffer.from("\x03env\x06memory\x02", "latin1");
  const at = Buffer.from(binary).indexOf(before) + before.length;
  if (at < before.length || binary[at] !== 3)
    throw new Error("build-wasm: no import of a shared memory found");
  return at;
}

const lines = ["/** Written by scripts/build-wasm.mjs from assembly/. */"];
const sizes = [];
for (const [name, ...features] of [
  ["baseline", "--use", "WIDE=0"],
  ["relaxed", "--use", "WIDE=0", "--enable", "relaxed-simd"],
  ["wide", "--use", "WIDE=1", "--enable", "relaxed-simd"],
]) {
  const binary = await compile(...features);
  const base64 = Buffer.from(binary).toString("base64");
  lines.push(
    `export const ${name}: { readonly base64: string; readonly memoryFlags: number } = {`,
    `  memoryFlags: ${memoryFlagsOf(binary)},`,
    `  base64: "${base64}",`,
    "};",
  );
  sizes.push(`${name} ${binary.length}`);
}
// Renamed into place, so that tests running meanwhile see the old file or the new one, never half of it.
writeFileSync(`${root}${target}.part`, `${lines.join("\n")}\n`);
renameSync(`${root}${target}.part`, `${root}${target}`);
console.log(`${target}: bytes of WebAssembly: ${sizes.join(", ")}`);
