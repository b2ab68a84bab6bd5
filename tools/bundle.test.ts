import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const packages = new URL("../packages/", import.meta.url);

it("a build asks for workers and folders where they are", () => {
  const asked = readdirSync(packages).flatMap((name) => {
    const dist = new URL(`${name}/dist/`, packages);
    return readdirSync(dist, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".js"))
      .flatMap((file) => {
        const from = new URL(file.replaceAll("\\", "/"), dist);
        const addresses = readFileSync(from, "utf8").matchAll(
          /new URL\("(\.[^"]*)", import\.meta\.url\)(?!\.href)/g,
        );
        return [...addresses].map(([, address]) => fileURLToPath(new URL(address!, from)));
      });
  });
  expect(asked.filter((path) => path.endsWith("core/dist/devices/wasm/worker.js"))).not.toEqual([]);
  expect(asked.filter((path) => !existsSync(path))).toEqual([]);
});

it("environments of a build step in worker threads", async () => {
  const program = `
    import { makeVec } from ${JSON.stringify(new URL("gymnasium-js/dist/index.js", packages).href)};
    const envs = makeVec("CartPole-v1", { numEnvs: 2, vectorizationMode: "async" });
    await envs.reset({ seed: 1 });
    console.log((await envs.step([0, 1]))[1].join());
    await envs.close();
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program]);
  expect(stdout.trim()).toBe("1,1");
});
