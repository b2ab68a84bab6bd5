/**
 * Writes a package's code as one file: `node ../../tools/bundle.mjs [worker …]` in its folder, beside tsc, which writes the
 * declarations. `src/index.ts` becomes `dist/index.js`; each further entry, a path below `src` without its ending, a file of the
 * same path; what several entries share, or is imported later, lies beside `index.js`.
 *
 * Node takes a third of a millisecond to find, read and link one file: a program that imports hundreds starts a tenth of
 * a second later than it could.
 */
import { isAbsolute, join, posix, relative, sep } from "node:path";
import { rolldown } from "rolldown";

const source = join(process.cwd(), "src");

/**
 * Addresses are given from where a module was, but it is `index.js`, or a file beside it, that asks for them. Where a file is
 * named, the form stays: bundlers for browsers look for it.
 */
const addresses = {
  name: "addresses",
  /** @param {string} code @param {string} id */
  transform(code, id) {
    if (!code.includes("import.meta.url")) return null;
    const built = relative(source, id).split(sep).join("/").replace(/\.ts$/, ".js");
    const moved = code
      .replace(/new URL\("(\.[^"]*)", import\.meta\.url\)/g, (_, path) => {
        const address = posix.join(posix.dirname(built), path);
        return `new URL("${address.startsWith(".") ? address : `./${address}`}", import.meta.url)`;
      })
      .replace(/(?<!, )import\.meta\.url/g, `new URL("./${built}", import.meta.url).href`);
    return { code: moved, map: null }; // every line stays where it was
  },
};

const entries = ["index", ...process.argv.slice(2)];
const bundle = await rolldown({
  input: Object.fromEntries(entries.map((entry) => [entry, join(source, `${entry}.ts`)])),
  external: (id) => !id.startsWith(".") && !isAbsolute(id),
  plugins: [addresses],
  treeshake: false,
});
await bundle.write({
  dir: "dist",
  format: "esm",
  sourcemap: true,
  keepNames: true,
  entryFileNames: "[name].js",
  chunkFileNames: "[name].js",
});
await bundle.close();
