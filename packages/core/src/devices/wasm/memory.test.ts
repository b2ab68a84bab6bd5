import { expect, test } from "vitest";
import type { DeviceBuffer } from "../backend.ts";
import { createWasmBackend } from "./backend.ts";
import { instantiateKernels } from "./instance.ts";
import { PagedMemory } from "./paged-memory.ts";

const mebibyte = 2 ** 20;

function fill(length: number, value: number) {
  return { kind: "fill", dtype: "float32", length, value } as const;
}

function pagedMemory(budgetBytes: number): PagedMemory {
  const { memory, base } = instantiateKernels();
  return new PagedMemory(memory, base, budgetBytes);
}

/** A small repeatable generator of integers below `bound`. */
function integers(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

test("20 GB of buffers nobody frees, in one synchronous loop: memory stays flat and the survivors intact", {
  timeout: 300_000,
}, () => {
  const backend = createWasmBackend();
  const next = integers(7);
  const survivors = Array.from({ length: 40 }, (_, i) => {
    const buffer = backend.allocate("float32", 1 + 40 * i);
    backend.write(buffer, new Float32Array(1 + 40 * i).fill(i + 0.25));
    return buffer;
  });
  const sizes = [1, 64, 256, 1000, 4096, 16384, 50_000, 300_000];
  const before = process.memoryUsage();
  let bytes = 0;
  let highest = { arrayBuffers: 0, rss: 0 };
  for (let count = 0; bytes < 20e9; count++) {
    const length = sizes[next(sizes.length)]!;
    backend.run(fill(length, count), [], [backend.allocate("float32", length)]);
    bytes += length * 4;
    if (count % 500 === 0) {
      const { arrayBuffers, rss } = process.memoryUsage();
      highest = {
        arrayBuffers: Math.max(highest.arrayBuffers, arrayBuffers),
        rss: Math.max(highest.rss, rss),
      };
    }
  }
  // The ring holds 64 MiB. Copies of what it evicts wait for the next collection of young garbage: tens of MiB more.
  expect(highest.arrayBuffers - before.arrayBuffers).toBeLessThan(300 * mebibyte);
  expect(highest.rss - before.rss).toBeLessThan(500 * mebibyte);
  for (const [i, buffer] of survivors.entries()) {
    expect(backend.readSync!(buffer)).toEqual(new Float32Array(1 + 40 * i).fill(i + 0.25));
  }
});

test("random lifetimes under a tiny budget: every live buffer keeps its bits", () => {
  const backend = createWasmBackend({ residentBytes: 256 * 1024 });
  const next = integers(11);
  const live: { buffer: DeviceBuffer; values: Float32Array }[] = [];
  const sizes = [1, 3, 4, 5, 100, 257, 1024, 5000, 30_000];
  for (let step = 0; step < 30_000; step++) {
    const choice = next(10);
    const picked = live.length === 0 ? 0 : next(live.length);
    if (choice < 4 || live.length === 0) {
      const length = sizes[next(sizes.length)]!;
      const buffer = backend.allocate("float32", length);
      backend.run(fill(length, step), [], [buffer]);
      live.push({ buffer, values: new Float32Array(length).fill(step) });
    } else if (choice < 6) {
      backend.free(live[picked]!.buffer);
      live.splice(picked, 1);
    } else if (choice < 8) {
      // Dropped without free: as user code does.
      live.splice(picked, 1);
    } else {
      const { buffer, values } = live[picked]!;
      const doubled = backend.allocate("float32", values.length);
      const kernel = {
        kind: "binary",
        op: "add",
        dtype: "float32",
        shape: [values.length],
        strides: [[1], [1]],
      } as const;
      backend.run(kernel, [buffer, buffer], [doubled]);
      live.push({ buffer: doubled, values: values.map((value) => value + value) });
    }
    if (live.length > 200) live.splice(0, 100);
  }
  expect(live.length).toBeGreaterThan(20);
  for (const { buffer, values } of live) expect(backend.readSync!(buffer)).toEqual(values);
});

test("a loop that frees what it allocates stays in the same few pages", () => {
  const pages = pagedMemory(64 * mebibyte);
  const addresses = new Set<number>();
  for (let step = 0; step < 1000; step++) {
    const buffers = [1, 500, 16384, 16384, 70_000].map((length) => pages.allocate("float32", length));
    for (const buffer of buffers) addresses.add(pages.addressOf(buffer));
    for (const buffer of buffers) pages.free(buffer);
  }
  expect(addresses.size).toBe(5);
  expect(pages.residentBytes).toBe(mebibyte);
});

test("mixed sizes do not fragment: live data of a quarter of the budget never makes it grow", () => {
  const pages = pagedMemory(8 * mebibyte);
  const next = integers(3);
  const live: ReturnType<PagedMemory["allocate"]>[] = [];
  let bytes = 0;
  for (let step = 0; step < 20_000; step++) {
    const buffer = pages.allocate("float32", 1 + next(2 ** next(17)));
    live.push(buffer);
    bytes += buffer.length * 4;
    while (bytes > 2 * mebibyte) {
      const [freed] = live.splice(next(live.length), 1);
      bytes -= freed!.length * 4;
      pages.free(freed!);
    }
  }
  expect(pages.residentBytes).toBeLessThanOrEqual(8 * mebibyte);
});

test("one small survivor per page does not keep the page's neighbours: copies stay within 18 times", () => {
  const pages = pagedMemory(mebibyte);
  const kept = [];
  for (let step = 0; step < 20_000; step++) {
    const buffer = pages.allocate("float32", 256);
    if (step % 100 === 0) kept.push(buffer);
  }
  const copies = new Set(kept.map(({ page }) => page!.snapshot).filter((snapshot) => snapshot !== null));
  const copiedBytes = [...copies].reduce((sum, snapshot) => sum + snapshot!.byteLength, 0);
  expect(copies.size).toBeGreaterThan(100);
  expect(copiedBytes).toBeLessThanOrEqual(kept.length * 256 * 4 * 18);
});

test("an evicted buffer is read where it lies, and comes back when a kernel needs it", () => {
  const backend = createWasmBackend({ residentBytes: 65536 });
  const old = backend.allocate("float32", 5);
  backend.write(old, new Float32Array([1, 2, 3, 4, 5]));
  for (let i = 0; i < 100; i++) backend.run(fill(4000, i), [], [backend.allocate("float32", 4000)]);
  expect(backend.readSync!(old)).toEqual(new Float32Array([1, 2, 3, 4, 5]));
  const squares = backend.allocate("float32", 5);
  backend.run({ kind: "unary", op: "square", dtype: "float32", length: 5 }, [old], [squares]);
  expect(backend.readSync!(squares)).toEqual(new Float32Array([1, 4, 9, 16, 25]));
  backend.write(old, new Float32Array([5, 4, 3, 2, 1]));
  expect(backend.readSync!(old)).toEqual(new Float32Array([5, 4, 3, 2, 1]));
});

test("the budget gives way to one kernel that needs more, and doubles under a working set that is larger", () => {
  const backend = createWasmBackend({ residentBytes: 65536 });
  const length = 100_000;
  const [x, y] = [backend.allocate("float32", length), backend.allocate("float32", length)];
  backend.run(fill(length, 3), [], [x]);
  backend.run({ kind: "unary", op: "neg", dtype: "float32", length }, [x], [y]);
  expect(backend.readSync!(y)).toEqual(new Float32Array(length).fill(-3));

  const pages = pagedMemory(mebibyte);
  const working = Array.from({ length: 32 }, () => pages.allocate("float32", 16384));
  for (let lap = 0; lap < 20; lap++) for (const buffer of working) pages.makeResident([buffer], []);
  expect(pages.residentBytes).toBeGreaterThanOrEqual(2 * mebibyte);
  expect(pages.residentBytes).toBeLessThanOrEqual(4 * mebibyte);
  const settled = working.map((buffer) => pages.addressOf(buffer));
  for (const buffer of working) pages.makeResident([buffer], []);
  expect(working.map((buffer) => pages.addressOf(buffer))).toEqual(settled);
});

test("where the engine grants no more memory, what there is becomes the budget", () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 24 });
  const pages = new PagedMemory(memory, 0, 64 * mebibyte);
  const first = pages.allocate("float32", 1000);
  pages.write(first, new Float32Array(1000).fill(5));
  for (let i = 0; i < 1000; i++) pages.allocate("float32", 10_000);
  expect(memory.buffer.byteLength).toBeLessThanOrEqual(24 * 65536);
  expect(pages.read(first)).toEqual(new Float32Array(1000).fill(5));
  expect(() => pages.allocate("float32", 1e6)).toThrow("no room for a buffer of");
  expect(pages.read(first)).toEqual(new Float32Array(1000).fill(5));
});

test("using a buffer after free, or freeing it twice, says so", () => {
  const backend = createWasmBackend();
  const buffer = backend.allocate("float32", 3);
  backend.free(buffer);
  const freed = expect.objectContaining({ code: "freed" });
  expect(() => backend.free(buffer)).toThrow(freed);
  expect(() => backend.readSync!(buffer)).toThrow(freed);
  expect(() => backend.write(buffer, new Float32Array(3))).toThrow(freed);
  expect(() => backend.run(fill(3, 0), [], [buffer])).toThrow(
    "cannot use a buffer of 3 float32 that was freed",
  );
});

test("buffers of other devices, wrong values, doubles and sizes beyond memory are refused by name", () => {
  const backend = createWasmBackend();
  const foreign = { dtype: "float32", length: 3 } as const;
  expect(() => backend.run(fill(3, 0), [], [foreign])).toThrow(expect.objectContaining({ code: "device" }));
  const buffer = backend.allocate("float32", 3);
  expect(() => backend.write(buffer, new Float32Array(4))).toThrow(
    expect.objectContaining({ code: "shape" }),
  );
  expect(() => backend.write(buffer, new Int32Array(3))).toThrow(expect.objectContaining({ code: "dtype" }));
  expect(() => backend.allocate("float64", 1)).toThrow(expect.objectContaining({ code: "dtype" }));
  expect(() => backend.allocate("float32", 2 ** 31)).toThrow(expect.objectContaining({ code: "device" }));
  expect(() => createWasmBackend({ residentBytes: 100 })).toThrow(
    expect.objectContaining({ code: "option" }),
  );
});

test("after dispose nothing works, and says why", () => {
  const backend = createWasmBackend();
  const buffer = backend.allocate("float32", 3);
  backend.dispose();
  const disposed = "the device was disposed";
  expect(() => backend.readSync!(buffer)).toThrow(disposed);
  expect(() => backend.run(fill(3, 0), [], [buffer])).toThrow(disposed);
  expect(() => backend.allocate("float32", 1e6)).toThrow(disposed);
});
