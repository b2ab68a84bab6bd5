/**
 * The same bits in Node and in a browser: kernels and a compiled training run of the baseline build, on the sources here and on the
 * built package on pages in headless Chromium, with threads where the page is cross-origin isolated, and without where it is not.
 */
import { createReadStream, existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as core from "../../index.ts";

const packages = fileURLToPath(new URL("../../../../", import.meta.url));
const executable = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);
const built = ["core/dist/devices/wasm/worker.js", "random/dist/index.js"].every((file) =>
  existsSync(packages + file),
);
const reason =
  executable === undefined ? "no Chromium: install chromium" : built ? null : "no build: run pnpm build";

const page = `<!doctype html><script type="importmap">{ "imports": {
  "@gradbridge/core": "/core/dist/index.js", "@gradbridge/random": "/random/dist/index.js"
} }</script>
<script type="module">import * as core from "@gradbridge/core"; globalThis.core = core;</script>`;

interface Trial {
  /** A hash of every bit. */
  readonly digest: number;
  readonly parameters: number[];
  /** Training steps that all threads ran together. */
  readonly shared: number;
}

/**
 * Runs every function and reduction, products of all shapes, and 200 steps of training. Runs in Node and, as its source text, on
 * pages: it uses nothing from outside but `globalThis.core`.
 */
async function trial(options: core.WasmBackendOptions): Promise<Trial> {
  const { core } = globalThis as unknown as { core: typeof import("../../index.ts") };
  const device = `trial ${Math.random()}`;
  const backend = core.createWasmBackend({ ...options, name: device });
  const before = core.currentDevice();
  core.defineBackend({ name: device, description: "for a test", create: () => backend });
  await core.setDevice(device);
  let state = 1;
  // Multiples of 2⁻¹², so that they are the same everywhere.
  const numbers = (shape: number[], scale: number): core.Tensor => {
    const length = shape.reduce((product, size) => product * size, 1);
    const values = Float32Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (((state >>> 12) % 8192) / 4096 - 1) * scale;
    });
    return core.tensor(values, { shape });
  };
  let digest = 0;
  const note = (x: core.Tensor): void => {
    for (const word of new Int32Array(x.dataSync().slice().buffer))
      digest = (Math.imul(digest, 31) + word) | 0;
  };

  const x = numbers([37, 29], 8);
  const y = numbers([37, 29], 2);
  const positive = x.abs().add(0.01);
  for (const op of [
    "exp",
    "expm1",
    "sin",
    "cos",
    "tanh",
    "sigmoid",
    "softplus",
    "erf",
    "relu",
    "floor",
  ] as const) {
    note(x[op]());
  }
  for (const op of ["log", "log1p", "sqrt", "reciprocal"] as const) note(positive[op]());
  for (const op of ["add", "sub", "mul", "div", "maximum"] as const) note(x[op](y));
  note(positive.pow(y));
  for (const axis of [0, 1]) {
    for (const op of ["sum", "mean", "max", "prod", "logsumexp"] as const) note(x[op](axis));
    note(x.softmax(axis));
    note(x.logSoftmax(axis));
    note(x.cumsum(axis));
  }
  for (const [m, k, n] of [
    [1, 64, 64],
    [3, 4, 64],
    [100, 300, 2],
    [64, 700, 33],
  ] as const) {
    note(numbers([m, k], 1).matmul(numbers([k, n], 1)));
    note(core.affine(numbers([m, k], 1), numbers([n, k], 1), numbers([n], 1), "tanh"));
  }

  const parameters = [[64, 4], [64], [64, 64], [64], [2, 64], [2]].map((shape) => numbers(shape, 0.25));
  for (const parameter of parameters) parameter.requiresGrad = true;
  const [w1, b1, w2, b2, w3, b3] = parameters as [core.Tensor, ...core.Tensor[]];
  const optimizer = core.adam(parameters, { learningRate: 0.01 });
  const step = core.compile((input: core.Tensor, wanted: core.Tensor) => {
    optimizer.zeroGrad();
    const hidden = core.affine(core.affine(input, w1, b1!, "tanh"), w2!, b2!, "tanh");
    const logits = core.affine(hidden, w3!, b3!);
    logits.backward(logits.detach().softmax().sub(wanted).div(256));
    core.clipGradNorm(parameters, 0.5);
    optimizer.step();
  });
  const input = numbers([256, 4], 2);
  const wanted = numbers([256, 2], 1).softmax();
  for (let i = 0; i < 200; i++) {
    step(input, wanted);
    // Threads take a while to come up: pauses in the first half of the run leave them the time.
    if (i < 100 && options.threads !== undefined) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  for (const parameter of parameters) note(parameter);
  await core.setDevice(before);
  const values = parameters.flatMap((parameter) => [...parameter.dataSync()]);
  const shared = backend.programsShared();
  backend.dispose();
  return { digest, parameters: values, shared };
}

/** Serves the packages' builds and the page, `isolated` so that it may share memory between threads. */
function serve(isolated: boolean): Promise<Server> {
  const server = createServer(({ url = "/" }, response) => {
    const path = join(packages, normalize(url));
    if (isolated) {
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    }
    if (url === "/") response.setHeader("Content-Type", "text/html").end(page);
    else if (!path.includes("/dist/") || !existsSync(path)) response.writeHead(404).end();
    else createReadStream(path).pipe(response.setHeader("Content-Type", "text/javascript"));
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

const name = `the baseline build in Chromium${reason === null ? "" : ` (not run: ${reason})`}`;

describe.skipIf(reason !== null)(name, () => {
  const servers: Server[] = [];
  let browser: Browser;
  let here: Trial;

  const open = async (isolated: boolean): Promise<Page> => {
    const server = await serve(isolated);
    servers.push(server);
    const tab = await browser.newPage();
    await tab.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
    await tab.waitForFunction(() => "core" in globalThis);
    return tab;
  };

  const on = (tab: Page, options: core.WasmBackendOptions): Promise<Trial> => tab.evaluate(trial, options);

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executable!, args: ["--no-sandbox"] });
    Object.assign(globalThis, { core });
    here = await trial({ build: "baseline" });
  });
  afterAll(async () => {
    await browser?.close();
    for (const server of servers) server.close();
  });

  test("gives the bits it gives in Node, on one thread and on two", async () => {
    const tab = await open(true);
    expect((await on(tab, { build: "baseline" })).digest).toBe(here.digest);
    const two = await on(tab, { build: "baseline", threads: 2 });
    expect(two.digest).toBe(here.digest);
    expect(two.shared).toBeGreaterThan(0);
  });

  test("runs on one thread where the page may not share memory", async () => {
    const tab = await open(false);
    const alone = await on(tab, { build: "baseline", threads: 2 });
    expect(alone).toEqual(here);
  });

  test("the relaxed build, which is the default there, agrees but for the last bits", async () => {
    const tab = await open(false);
    const relaxed = await on(tab, { build: "relaxed" });
    expect(await on(tab, {})).toEqual(relaxed);
    relaxed.parameters.forEach((value, i) => {
      expect(Math.abs(value - here.parameters[i]!)).toBeLessThan(1e-3);
    });
  });

  test("the wide build, its vectors joined by the engine, conforms and gives the bits of the relaxed build", async () => {
    // Without the first compiler, which joins nothing, so that every function runs joined from its first call on.
    const flags = "--experimental-wasm-revectorize --no-liftoff --no-wasm-tier-up";
    const joining = await chromium.launch({
      executablePath: executable!,
      args: ["--no-sandbox", `--js-flags=${flags}`],
    });
    try {
      const tab = await joining.newPage();
      await tab.goto(`http://localhost:${(servers[0]!.address() as AddressInfo).port}/`);
      await tab.waitForFunction(() => "core" in globalThis);
      const relaxed = await on(tab, { build: "relaxed" });
      expect((await on(tab, { build: "wide" })).digest).toBe(relaxed.digest);
      expect((await on(tab, { build: "wide", threads: 2 })).digest).toBe(relaxed.digest);
      const report = await tab.evaluate(() => {
        const page = globalThis as unknown as { core: typeof import("../../index.ts") };
        return page.core.checkBackend(page.core.createWasmBackend({ build: "wide" }));
      });
      expect(report.failed).toEqual([]);
      expect(report.passed).toBeGreaterThan(3000);
    } finally {
      await joining.close();
    }
  });
});
