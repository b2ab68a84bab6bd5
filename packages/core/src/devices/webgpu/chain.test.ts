/** Elementwise chains: what `compile` fuses gives the bits of its parts, with fewer dispatches. */
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { whyNoWebGpu } from "../../fixtures/why-no-webgpu.ts";
import { compile, noGrad, setDevice, type Tensor, tensor } from "../../index.ts";
import type { WebGpuBackend } from "./backend.ts";

const reason = await whyNoWebGpu();

const values = (size: number, salt: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.7 + salt) * 1.5);

type Instruction = readonly [op: number, left: number, right: number];

/** Appends vectors computed from earlier ones: [7, 6], a row of [6] and a column of [7, 1]. */
function run(program: readonly Instruction[], given: readonly Tensor[]): Tensor[] {
  const all = [...given];
  const results: Tensor[] = [];
  for (const [op, left, right] of program) {
    const a = all[left % all.length];
    const b = all[right % all.length];
    if (op === 0) all.push(a.mul(b).add(given[0]));
    else if (op === 1) all.push(a.mul(0.75).sub(b));
    else if (op === 2) all.push(a.tanh().mul(b));
    else if (op === 3) all.push(a.greater(b).cast("float32").mul(a).add(0.125));
    else if (op === 4) all.push(a.square().add(b.square()).sqrt());
    else results.push(a.sub(b).exp());
  }
  return [...results, all[all.length - 1]];
}

describe.skipIf(reason !== null)(`chains on webgpu${reason === null ? "" : ` (not run: ${reason})`}`, () => {
  beforeAll(() => setDevice("webgpu"));

  test("random programs give the bits that they give uncompiled, at every replay", async () => {
    await setDevice("webgpu");
    const row = tensor(values(6, 3));
    const column = tensor(values(7, 4), { shape: [7, 1] });
    const instruction = fc.tuple(fc.nat(5), fc.nat(9), fc.nat(9));
    await fc.assert(
      fc.asyncProperty(fc.array(instruction, { minLength: 1, maxLength: 6 }), async (program) => {
        const compiled = compile((x: Tensor) => run(program, [x, row, column]));
        for (const salt of [0, 1]) {
          const x = tensor(values(42, salt), { shape: [7, 6] });
          const want = noGrad(() => run(program, [x, row, column]));
          const got = compiled(x);
          for (let i = 0; i < want.length; i++) expect(await got[i].data()).toEqual(await want[i].data());
        }
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  test("a chain is one dispatch, whatever its numbers are, and chains of one structure share a shader", async () => {
    await setDevice("webgpu");
    const x = tensor(values(1000, 0));
    const backend = x.storage.backend as WebGpuBackend;
    for (const factor of [2, 3]) {
      const step = compile((input: Tensor) => input.mul(factor).add(1).tanh().sub(input).relu());
      step(x);
      const got = step(x);
      const before = backend.statistics.dispatches;
      step(x);
      expect(backend.statistics.dispatches - before).toBe(1);
      const want = noGrad(() => x.mul(factor).add(1).tanh().sub(x).relu());
      expect(await got.data()).toEqual(await want.data());
    }
  });
});
