import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GradbridgeError, setDevice, tensor } from "@gradbridge/core";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { loadTensors, saveTensors } from "./files.ts";
import { parseTensors, serializeTensors } from "./safetensors.ts";

beforeAll(() => setDevice("reference"));

describe("safetensors", () => {
  it("has the layout of the format, byte for byte", async () => {
    const bytes = await serializeTensors(
      { w: tensor([[1, -2]]), n: tensor([7], { dtype: "int32" }) },
      { a: "b" },
    );
    const header = new DataView(bytes.buffer).getBigUint64(0, true);
    expect(Number(header) % 8).toBe(0);
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + Number(header))))).toEqual({
      __metadata__: { a: "b" },
      w: { dtype: "F32", shape: [1, 2], data_offsets: [0, 8] },
      n: { dtype: "I32", shape: [1], data_offsets: [8, 12] },
    });
    expect([...bytes.subarray(8 + Number(header))]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 7, 0, 0, 0]);
  });

  it("gives back every value bit for bit, whatever the order of dtypes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.float32Array({ maxLength: 9 }),
        fc.float64Array({ maxLength: 9 }),
        async (single, double) => {
          const record = {
            single: tensor(single),
            double: tensor(double),
            none: tensor(new Float32Array(0), { shape: [0, 3] }),
          };
          const { tensors } = parseTensors(await serializeTensors(record));
          expect(tensors.single!.dataSync()).toEqual(single);
          expect(tensors.double!.dataSync()).toEqual(double);
          expect(tensors.none!.shape).toEqual([0, 3]);
        },
      ),
    );
  });

  it("refuses anything malformed without crashing", async () => {
    const good = await serializeTensors({ w: tensor([[1, -2]]) });
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, value, length) => {
        const bad = good.slice(0, length);
        if (at < bad.length) bad[at] = value;
        try {
          parseTensors(bad);
        } catch (error) {
          expect(error).toBeInstanceOf(GradbridgeError);
        }
      }),
      { numRuns: 500 },
    );
    expect(() => parseTensors(good.slice(0, -1))).toThrow(/truncated/);
  });

  it("makes the folders on the way to a file, and says why it cannot", async () => {
    const folder = await mkdtemp(join(tmpdir(), "gradbridge-"));
    const path = join(folder, "runs", "mine", "x.safetensors");
    await saveTensors(path, { w: tensor([1, 2]) });
    expect((await loadTensors(path)).tensors.w!.toArray()).toEqual([1, 2]);
    const beneathAFile = join(path, "y.safetensors");
    await expect(saveTensors(beneathAFile, { w: tensor([1]) })).rejects.toMatchObject({ code: "file" });
  });

  it("goes through files, leaves nothing beside them, and names a file that cannot be read", async () => {
    const folder = await mkdtemp(join(tmpdir(), "gradbridge-"));
    await saveTensors(join(folder, "x.safetensors"), { w: tensor([1, 2]) }, { step: "3" });
    const { tensors, metadata } = await loadTensors(join(folder, "x.safetensors"));
    expect([tensors.w!.toArray(), metadata]).toEqual([[1, 2], { step: "3" }]);
    expect(await readdir(folder)).toEqual(["x.safetensors"]);
    await writeFile(join(folder, "y"), "hello");
    await expect(loadTensors(join(folder, "y"))).rejects.toMatchObject({ code: "safetensors" });
    await expect(loadTensors(join(folder, "z"))).rejects.toMatchObject({ code: "file" });
  });
});
