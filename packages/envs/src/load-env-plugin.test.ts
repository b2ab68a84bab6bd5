import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Env, make, registry } from "gymnasium-js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EnvPluginError } from "./env-plugin-error.ts";
import * as publicFace from "./index.ts";
import { loadEnvPlugin } from "./load-env-plugin.ts";

const builtIn = new Map(registry);
let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "plugin-")));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
  for (const id of registry.keys()) if (!builtIn.has(id)) registry.delete(id);
});

function write(path: string, source: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, source);
  return file;
}

/** A plugin in JavaScript with one environment. */
function corridor(id = "Corridor-v0", name = "corridor"): string {
  return `
import { defineEnvPlugin } from "@gradbridge/envs";
import { Box, Discrete, Env } from "gymnasium-js";
export class CorridorEnv extends Env {
  observationSpace = new Box(-1, 1, { shape: [1] });
  actionSpace = new Discrete(2);
  reset({ seed } = {}) { this.reseed(seed); return [Float32Array.of(this.random.uniform(-1, 1)), {}]; }
  step(action) { return [Float32Array.of(0), action, true, false, {}]; }
}
export const plugin = defineEnvPlugin({
  name: "${name}", version: "1.0.0", environments: [{ id: "${id}", entryPoint: CorridorEnv }],
});`;
}

async function failure(specifier: string): Promise<string> {
  const before = new Map(registry);
  const error = await loadEnvPlugin(specifier, { from: folder }).then(
    () => new Error("nothing was thrown"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EnvPluginError);
  expect(error).toMatchObject({ code: "plugin" });
  expect(registry).toEqual(before);
  return (error as Error).message;
}

describe("loadEnvPlugin finds", () => {
  it("a TypeScript file in a folder that has nothing installed, and everything it needs", async () => {
    write(
      "src/hill.ts",
      `
import { blackBox, defineEnvPlugin, type EnvPlugin } from "@gradbridge/envs";
import { generator } from "@gradbridge/random";
import { Env, registry } from "gymnasium-js";
import { height } from "./height.ts";
export enum Side { Left, Right }
const offset: number = await Promise.resolve(Side.Right);
abstract class Typed { declare readonly kept: string; constructor(readonly value: number) {} }
class Value extends Typed { #hidden = this.value; get doubled(): number { return 2 * this.#hidden; } }
export const seen = { Env, registry, drawn: generator(1).random(), doubled: new Value(3).doubled, url: import.meta.url };
export const plugin: EnvPlugin = defineEnvPlugin({
  name: "hill",
  version: "1.0.0",
  environments: [blackBox({ name: "Hill-v0", outputs: 1, evaluate: (outputs) => height(outputs[0]! - offset) })],
});`,
    );
    write("src/height.ts", "export const height = (x: number): number => -(x ** 2);");
    const plugin = await loadEnvPlugin("./src/hill.ts", { from: folder });
    expect(plugin).toMatchObject({ name: "hill", version: "1.0.0" });
    const env = make("Hill-v0");
    expect(env.unwrapped).toBeInstanceOf(Env);
    env.reset({ seed: 1 });
    expect(env.step(Float32Array.of(3)).slice(1, 3)).toEqual([-4, true]);
  });

  it.each(["corridor.js", "corridor.mjs", "corridor.ts", "corridor.mts", "module/corridor.js"])(
    "%s",
    async (path) => {
      write("module/package.json", '{ "type": "module" }');
      write(path, corridor());
      const plugin = await loadEnvPlugin(`./${path}`, { from: folder });
      expect(plugin.environments.map(({ id }) => id)).toEqual(["Corridor-v0"]);
      const env = make("Corridor-v0");
      const [first] = env.reset({ seed: 5 });
      expect(env.reset({ seed: 5 })[0]).toEqual(first);
    },
  );

  it("by absolute path, by file: URL, beside a module, and in the working directory", async () => {
    const file = write("corridor.ts", corridor());
    const plugin = await loadEnvPlugin(file);
    const link = join(folder, "link.ts");
    symlinkSync(file, link);
    const url = pathToFileURL(file).href;
    expect(await loadEnvPlugin(url)).toBe(plugin);
    expect(await loadEnvPlugin("./corridor.ts", { from: url })).toBe(plugin);
    expect(await loadEnvPlugin(link)).toBe(plugin);
    const previous = process.cwd;
    process.cwd = () => folder;
    try {
      expect(await loadEnvPlugin("./corridor.ts")).toBe(plugin);
    } finally {
      process.cwd = previous;
    }
  });

  it("an installed package, whatever copies of our packages are installed beside it", async () => {
    const otherCopies = {
      "gymnasium-js": "export class Env {} export class Box {} export class Discrete {}",
      "@gradbridge/envs": "export const defineEnvPlugin = (fields) => fields;",
    };
    for (const [name, source] of Object.entries(otherCopies)) {
      write(
        `node_modules/${name}/package.json`,
        `{ "name": "${name}", "type": "module", "exports": "./index.js" }`,
      );
      write(`node_modules/${name}/index.js`, source);
    }
    write(
      "node_modules/acme-envs/package.json",
      '{ "name": "acme-envs", "type": "module", "exports": { "import": "./main.js" } }',
    );
    write("node_modules/acme-envs/main.js", 'export * from "./corridor.js";');
    write("node_modules/acme-envs/corridor.js", corridor("acme/Corridor-v0", "acme"));
    write("local.mjs", 'export { plugin } from "acme-envs";');
    const plugin = await loadEnvPlugin("acme-envs", { from: folder });
    expect(plugin.name).toBe("acme");
    expect(make("acme/Corridor-v0").unwrapped).toBeInstanceOf(Env);
    expect(await loadEnvPlugin("./local.mjs", { from: folder })).toBe(plugin);
  });

  it("the only plugin, under any name", async () => {
    write("named.ts", corridor().replace("const plugin", "const corridors"));
    expect(await loadEnvPlugin("./named.ts", { from: folder })).toMatchObject({ name: "corridor" });
  });

  it("the export named plugin among several", async () => {
    const second = corridor("Other-v0", "other").split("export const ")[1]?.replace("plugin", "other");
    write("several.ts", `${corridor()}\nexport const ${second}\nexport const same = plugin;`);
    expect(await loadEnvPlugin("./several.ts", { from: folder })).toMatchObject({ name: "corridor" });
    expect(registry.has("Other-v0")).toBe(false);
  });
});

describe("loadEnvPlugin", () => {
  it("shows a plugin the very modules that run here", async () => {
    write(
      "look.ts",
      `${corridor()}
import * as envs from "@gradbridge/envs";
import * as gymnasium from "gymnasium-js";
Object.assign(globalThis, { seenByPlugin: { envs, gymnasium } });`,
    );
    await loadEnvPlugin("./look.ts", { from: folder });
    const { seenByPlugin } = globalThis as unknown as { seenByPlugin: Record<"envs" | "gymnasium", object> };
    // Everything that index.ts exports: whoever adds a name there adds it for plugins too.
    const face: Record<string, unknown> = { ...publicFace };
    expect(Object.keys(seenByPlugin.envs).sort()).toEqual(Object.keys(face).sort());
    for (const [name, value] of Object.entries(seenByPlugin.envs)) expect(value).toBe(face[name]);
    const { gymnasium } = seenByPlugin as { gymnasium: Record<string, unknown> };
    expect(gymnasium.Env).toBe(Env);
    expect(gymnasium.registry).toBe(registry);
  });

  it.each([
    "",
    "await new Promise((resolve) => setTimeout(resolve, 20));",
    "for await (const one of [1, 2]) one;",
  ])("loads twice at once%s", async (wait) => {
    write("corridor.ts", `${wait}${corridor()}`);
    const both = [
      loadEnvPlugin("./corridor.ts", { from: folder }),
      loadEnvPlugin("./corridor.ts", { from: folder }),
    ];
    const [first, second] = await Promise.all(both);
    expect(second).toBe(first);
    expect(await loadEnvPlugin("./corridor.ts", { from: folder })).toBe(first);
  });

  it("tries again after a failure", async () => {
    write("corridor.ts", `${corridor()}\nthrow new Error("not yet");`);
    expect(await failure("./corridor.ts")).toContain("not yet");
    write("corridor.ts", corridor());
    expect(await loadEnvPlugin("./corridor.ts", { from: folder })).toMatchObject({ name: "corridor" });
  });

  it("works from the build, in plain Node", () => {
    write("corridor.ts", corridor().replace("(action)", "(action: number): any"));
    const built = new URL("../dist/index.js", import.meta.url).href;
    const program = `
      import { loadEnvPlugin } from ${JSON.stringify(built)};
      const plugin = await loadEnvPlugin("./corridor.ts");
      const env = plugin.environments[0].entryPoint;
      console.log(plugin.name, new env().step(7)[1]);`;
    const output = execFileSync(process.execPath, ["--input-type=module", "--eval", program], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(output).toBe("corridor 7\n");
  });
});

describe("loadEnvPlugin says what is wrong:", () => {
  it("no such file, a folder, no such package", async () => {
    write("corridor.ts", corridor());
    expect(await failure("./corridor.js")).toBe(
      `environment plugin ./corridor.js: there is no file ${join(folder, "corridor.js")}.`,
    );
    expect(await failure(".")).toContain(`${folder} is not a file; name the one that exports the plugin.`);
    expect(await failure("acme-none")).toBe(
      `environment plugin acme-none: no package of this name is installed for ${folder}. ` +
        "Install it there, or give a path that starts with ./",
    );
    expect(await failure("corridor.ts")).toContain("For the file write ./corridor.ts.");
    for (const wrong of ["", undefined]) {
      expect(await failure(wrong as string)).toMatch(
        /^loadEnvPlugin takes a path or the name of a package, got /,
      );
    }
  });

  it.each(["broken.ts", "broken.js", "broken.mjs"])("a syntax error in %s, with its line", async (path) => {
    write(path, "export const a = 1;\nexport const b = (;\n");
    expect(await failure(`./${path}`)).toBe(
      `environment plugin ./${path}: syntax error at ${join(folder, path)}:2:18: Unexpected token.`,
    );
    write("imports.ts", `import "./${path}";`);
    expect(await failure("./imports.ts")).toContain(`syntax error at ${join(folder, path)}:2:18`);
  });

  it("an import that leads nowhere", async () => {
    const file = write("lost.ts", 'import { thing } from "not-installed";\nexport const other = thing;');
    expect(await failure("./lost.ts")).toBe(
      `environment plugin ./lost.ts: Cannot find module 'not-installed', which ${file} imports.`,
    );
  });

  it("an error while it runs, with its line", async () => {
    const file = write(
      "throws.ts",
      "interface Empty {}\n\nconst none: any = null;\nexport const x = none.field;\n",
    );
    expect(await failure("./throws.ts")).toBe(
      `environment plugin ./throws.ts: TypeError: Cannot read properties of null (reading 'field') (${file}:4)`,
    );
    write("text.ts", 'throw "no error object";');
    expect(await failure("./text.ts")).toBe('environment plugin ./text.ts: it threw "no error object".');
  });

  it("an invalid plugin", async () => {
    const file = write("invalid.ts", corridor("Corridor v0"));
    expect(await failure("./invalid.ts")).toBe(
      'environment plugin ./invalid.ts: environment plugin "corridor": environments[0].id: expected an id ' +
        `[namespace/]name[-vN], as "acme/Corridor-v0", got "Corridor v0". (${file}:10)`,
    );
  });

  it("no plugin, or more than one", async () => {
    write(
      "none.ts",
      'export class GridEnv {}\nexport const plugin = { name: "plain" };\nexport const size = 3;',
    );
    expect(await failure("./none.ts")).toBe(
      "environment plugin ./none.ts: it exports no plugin made by defineEnvPlugin, only GridEnv (the class GridEnv), " +
        "plugin (an object { name }), size (3 (number)). " +
        "Add: export const plugin = defineEnvPlugin({ name, version, environments });",
    );
    write("nothing.ts", "const unused = 1;");
    expect(await failure("./nothing.ts")).toContain("made by defineEnvPlugin, only nothing.");
    const second = corridor("Other-v0").split("export const ")[1]?.replace("plugin", "two");
    write("two.ts", `${corridor().replace("const plugin", "const one")}\nexport const ${second}`);
    expect(await failure("./two.ts")).toBe(
      "environment plugin ./two.ts: it exports several plugins, one, two; name one of them plugin.",
    );
  });

  it("an id that is taken", async () => {
    write("taken.ts", corridor("CartPole-v1"));
    expect(await failure("./taken.ts")).toContain('plugin "corridor": CartPole-v1 is already registered.');
  });
});
