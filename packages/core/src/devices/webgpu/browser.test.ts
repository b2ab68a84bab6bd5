/** The built package on a page in headless Chromium, on its own WebGPU. */
import { createReadStream, existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type * as Core from "../../index.ts";

const packages = fileURLToPath(new URL("../../../../", import.meta.url));
const executable = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);
const built = ["core/dist/index.js", "random/dist/index.js"].every((file) => existsSync(packages + file));
const reason =
  executable === undefined ? "no Chromium: install chromium" : built ? null : "no build: run pnpm build";

const page = `<!doctype html><script type="importmap">{ "imports": {
  "@gradbridge/core": "/core/dist/index.js", "@gradbridge/random": "/random/dist/index.js"
} }</script>
<script type="module">import * as core from "@gradbridge/core"; globalThis.core = core;</script>`;

/** What the page's script leaves for the functions that run there. */
type PageGlobal = { readonly core: typeof Core };

/** Serves the packages' builds, and the page. */
function serve(): Promise<Server> {
  const server = createServer(({ url = "/" }, response) => {
    const path = join(packages, normalize(url));
    if (url === "/") response.setHeader("Content-Type", "text/html").end(page);
    else if (!path.includes("/dist/") || !existsSync(path)) response.writeHead(404).end();
    else createReadStream(path).pipe(response.setHeader("Content-Type", "text/javascript"));
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

describe.skipIf(reason !== null)(
  `webgpu in Chromium${reason === null ? "" : ` (not run: ${reason})`}`,
  () => {
    let server: Server;
    let browser: Browser;
    let tab: Page;

    beforeAll(async () => {
      server = await serve();
      const args = [
        "--no-sandbox",
        "--enable-unsafe-webgpu",
        "--use-webgpu-adapter=swiftshader",
        "--enable-features=Vulkan",
      ];
      browser = await chromium.launch({ executablePath: executable!, args });
      tab = await browser.newPage();
      await tab.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
      await tab.waitForFunction(() => "core" in globalThis);
    });
    afterAll(async () => {
      await browser?.close();
      server?.close();
    });

    test("conforms to the reference", async () => {
      const report = await tab.evaluate(async () => {
        const { core } = globalThis as unknown as PageGlobal;
        const backend = await core.createWebGpuBackend();
        const { passed, failed } = await core.checkBackend(backend, { subnormals: false });
        return { passed, failed: failed.slice(0, 20), adapter: backend.adapter };
      });
      expect(report.failed).toEqual([]);
      expect(report.passed).toBeGreaterThan(4500);
    }, 300_000);

    test("trains, compiled, with one submission and no byte read back per step", async () => {
      const result = await tab.evaluate(async () => {
        const { core } = globalThis as unknown as PageGlobal;
        const { adam, compile, setDevice, tensor } = core;
        const run = async (
          device: string,
        ): Promise<{ losses: number[]; submissions: number; bytes: number }> => {
          await setDevice(device);
          const weight = tensor(
            [
              [0.1, -0.2],
              [0.3, 0.4],
              [0, 0],
            ],
            { requiresGrad: true },
          );
          const bias = tensor([0, 0, 0], { requiresGrad: true });
          const optimizer = adam([weight, bias], { learningRate: 0.05 });
          const x = tensor([
            [1, 2],
            [3, 4],
            [-1, 1],
          ]);
          const target = tensor([
            [1, 0, 0],
            [0, 0, 1],
            [0, 1, 0],
          ]);
          const step = compile((input: Core.Tensor, wanted: Core.Tensor) => {
            const logits = core.affine(input, weight, bias);
            optimizer.zeroGrad();
            const seed = logits.detach().softmax().sub(wanted).div(3);
            logits.backward(seed);
            optimizer.step();
            return seed.square().sum();
          });
          const losses: number[] = [];
          let submissions = 0;
          let bytes = 0;
          for (let i = 0; i < 20; i++) {
            const { statistics } = x.storage.backend as Core.WebGpuBackend;
            const loss = step(x, target);
            const after = (x.storage.backend as Core.WebGpuBackend).statistics;
            if (i > 0 && statistics !== undefined) {
              submissions = Math.max(submissions, after.submissions - statistics.submissions);
              bytes += after.bytesRead - statistics.bytesRead;
            }
            losses.push((await loss.data())[0]!);
          }
          return { losses, submissions, bytes };
        };
        return { webgpu: await run("webgpu"), reference: await run("reference") };
      });
      expect(result.webgpu.submissions).toBe(1);
      expect(result.webgpu.bytes).toBe(0);
      expect(result.webgpu.losses[19]!).toBeLessThan(result.webgpu.losses[0]! / 2);
      result.reference.losses.forEach((want, i) => {
        expect(Math.abs(result.webgpu.losses[i]! - want)).toBeLessThan(1e-5);
      });
    });
  },
);
