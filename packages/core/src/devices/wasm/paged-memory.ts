/**
 * Where the buffers of the `wasm` device live, and how memory stays flat although nobody calls `dispose`.
 *
 * The difficulty: in a synchronous loop no finalizer ever runs, so JavaScript cannot tell us that a buffer in linear
 * memory has become garbage. But it can tell itself. So linear memory is only a cache of the *recent* buffers:
 *
 *      handle ──► page ──► address in linear memory          (resident)
 *      handle ──► page ──► snapshot, an ordinary ArrayBuffer  (evicted)
 *
 * - Buffers are cut from pages, pages from a ring over linear memory (`ring.ts`): a small buffer shares a page with
 *   others of its size, a large one has a page of its own.
 * - When the ring comes round to an old page, the page is evicted. If all its buffers were freed there is nothing to
 *   keep. Otherwise its bytes are copied into an ArrayBuffer that only the page refers to, and the page is
 *   unlinked: from then on only the handles of its buffers lead to it. Handles that died before take nothing with
 *   them, and when the last one dies the garbage collector takes the copy too: exactly, in any loop.
 * - A kernel that uses an evicted buffer brings it back: the buffer moves to a new page at the head of the ring.
 *   Pages in use by the kernel at hand are pinned meanwhile.
 * - `free` is only advice, but good advice: a page whose buffers are all freed goes on a stack and is the next one
 *   used for its size, still warm in the cache. A loop that frees what it allocates stays in the same few pages, moves no
 *   head and evicts nothing.
 *
 * So linear memory is bounded by the budget; the copies by what the program itself still holds, times the number of
 * buffers to a page (16 to 32 of them, or a KiB); and a long-lived buffer costs one copy out and one in per lap.
 * A working set larger than the budget would be copied in and out for ever: if restored bytes make up a quarter of a
 * lap, the budget doubles. A recorded plan (compile) keeps its pages pinned for its lifetime.
 *
 * Addresses are never seen by kernels' results, so none of this shows in them.
 */
import { DeviceError } from "../../errors.ts";
import type { DType, TypedArray } from "../../tensor/dtype.ts";
import type { DeviceBuffer } from "../backend.ts";
import { noPage, WasmBuffer } from "./buffer.ts";
import { type Page, sizeClassOf, sizeOfClass } from "./page.ts";
import { Ring } from "./ring.ts";

/** Kernels may write three elements past a buffer's end (see `assembly/unary.ts`). */
const slackBytes = 12;
const alignment = 16;
/** Buffers of up to so many bytes share pages, each of which holds sixteen of the largest of its kind or a KiB. */
const largestShared = 4096 + alignment;
const buffersPerPage = 16;
const smallestPage = 1024;
/** The budget does not double beyond this by itself. */
const largestBudget = 2 ** 30;
/** Lengths are int32 in the kernels. */
const largestLength = 2 ** 30 - 64;

export class PagedMemory {
  readonly memory: WebAssembly.Memory;
  private readonly ring: Ring;
  /** For each power of two: the page that buffers of at most so many bytes now go to. */
  private readonly openPages: (Page | undefined)[] = [];
  /** For each size class: resident pages without live buffers, the last one used on top. */
  private readonly idlePages: Page[][] = [];
  private floatView: Float32Array;
  private integerView: Int32Array;
  private placedBytes = 0;
  private restoredBytes = 0;
  private disposed = false;

  constructor(memory: WebAssembly.Memory, base: number, budgetBytes: number) {
    this.memory = memory;
    const aligned = Math.ceil(base / 64) * 64;
    this.ring = new Ring(memory, aligned, budgetBytes, (page) => this.keepContents(page));
    this.floatView = new Float32Array(memory.buffer);
    this.integerView = new Int32Array(memory.buffer);
  }

  /** Linear memory as float32. Do not keep it: growing replaces it. */
  get floats(): Float32Array {
    if (this.floatView.byteLength !== this.ring.memoryBytes) this.view();
    return this.floatView;
  }

  /** Linear memory as int32. Do not keep it: growing replaces it. */
  get integers(): Int32Array {
    if (this.integerView.byteLength !== this.ring.memoryBytes) this.view();
    return this.integerView;
  }

  private view(): void {
    this.floatView = new Float32Array(this.memory.buffer);
    this.integerView = new Int32Array(this.memory.buffer);
  }

  /** @throws DeviceError where it does not fit the 4 GiB of WebAssembly memory. */
  allocate(dtype: DType, length: number): WasmBuffer {
    if (length > largestLength) throw tooLarge(length);
    const bytes = footprint(length);
    const page = bytes <= largestShared ? this.sharedPage(bytes) : this.emptyPage(sizeClassOf(bytes));
    const buffer = new WasmBuffer(dtype, length, page, page.used);
    page.used += bytes;
    page.live++;
    return buffer;
  }

  /** @throws GradbridgeError code `freed` the second time. */
  free(buffer: WasmBuffer): void {
    const page = buffer.page;
    if (page == null) throw noPage(buffer, "free");
    buffer.page = null;
    this.release(page, buffer);
  }

  /** The address of a resident buffer. */
  addressOf(buffer: WasmBuffer): number {
    return buffer.page!.address + buffer.offset;
  }

  /**
   * Brings evicted buffers back. Fast where there is nothing to do.
   * @throws GradbridgeError code `freed` or `device` for a buffer that has no place here.
   */
  makeResident(inputs: readonly DeviceBuffer[], outputs: readonly DeviceBuffer[]): void {
    if (this.allResident(inputs) && this.allResident(outputs)) return;
    if (this.disposed) throw disposedError();
    const buffers = [...inputs, ...outputs] as WasmBuffer[];
    const pinned: Page[] = [];
    for (const buffer of buffers) {
      if (buffer.page!.address >= 0) pinned.push(pin(buffer.page!));
    }
    for (const buffer of buffers) {
      if (buffer.page!.address >= 0) continue;
      this.restore(buffer);
      pinned.push(pin(buffer.page!));
    }
    for (const page of pinned) page.pins--;
  }

  /** A host copy of the buffer, which stays where it is. */
  read(buffer: WasmBuffer): TypedArray {
    const page = buffer.page;
    if (page == null) throw noPage(buffer, "read");
    if (this.disposed) throw disposedError();
    const integer = buffer.dtype === "int32";
    if (page.address < 0) {
      const bytes = page.snapshot!.slice(buffer.offset, buffer.offset + buffer.length * 4);
      return integer ? new Int32Array(bytes) : new Float32Array(bytes);
    }
    const start = (page.address + buffer.offset) / 4;
    return (integer ? this.integers : this.floats).slice(start, start + buffer.length);
  }

  write(buffer: WasmBuffer, values: TypedArray): void {
    this.makeResident([buffer], []);
    (buffer.dtype === "int32" ? this.integers : this.floats).set(values, this.addressOf(buffer) / 4);
  }

  /** Copies the values of an evicted buffer to a resident one of equal dtype and length. */
  copyEvicted(source: WasmBuffer, target: WasmBuffer): void {
    const page = source.page;
    if (page == null) throw noPage(source, "use");
    this.integers.set(
      new Int32Array(page.snapshot!, source.offset, source.length),
      this.addressOf(target) / 4,
    );
  }

  /**
   * Keeps buffers where they are from now on, until `unpin` of the pages returned. Small ones move together first, into a page of
   * their own, so that no others are kept with them; those that are pinned already stay.
   */
  pin(buffers: Iterable<WasmBuffer>): readonly Page[] {
    const pages: Page[] = [];
    const small: WasmBuffer[] = [];
    for (const buffer of buffers) {
      this.makeResident([buffer], []);
      const page = buffer.page!;
      if (page.pins === 0 && footprint(buffer.length) <= largestShared) small.push(buffer);
      else pages.push(pin(page));
    }
    if (small.length > 0) pages.push(pin(this.gather(small)));
    return pages;
  }

  unpin(pages: readonly Page[]): void {
    for (const page of pages) page.pins--;
  }

  /** Moves buffers into one new page. */
  private gather(buffers: readonly WasmBuffer[]): Page {
    const bytes = buffers.reduce((sum, { length }) => sum + footprint(length), 0);
    const gathered = this.emptyPage(sizeClassOf(bytes));
    gathered.pins++; // against its own eviction, should bringing a buffer back need room
    for (const buffer of buffers) {
      this.makeResident([buffer], []);
      const from = this.addressOf(buffer) / 4;
      const old = buffer.page!;
      this.integers.copyWithin((gathered.address + gathered.used) / 4, from, from + buffer.length);
      this.release(old, buffer);
      buffer.page = gathered;
      buffer.offset = gathered.used;
      gathered.used += footprint(buffer.length);
      gathered.live++;
    }
    gathered.pins--;
    return gathered;
  }

  /** Bytes of linear memory that pages can occupy now. */
  get residentBytes(): number {
    return this.ring.size;
  }

  dispose(): void {
    this.disposed = true;
  }

  refuseDisposed(): void {
    if (this.disposed) throw disposedError();
  }

  private allResident(buffers: readonly DeviceBuffer[]): boolean {
    for (let i = 0; i < buffers.length; i++) {
      const page = (buffers[i] as WasmBuffer).page;
      if (page == null) throw noPage(buffers[i]!, "use");
      if (page.address < 0) return false;
    }
    return !this.disposed;
  }

  /** A page with room for `bytes`, shared with other buffers of up to the next power of two and their slack. */
  private sharedPage(bytes: number): Page {
    const exponent = 32 - Math.clz32(Math.max(bytes - alignment, alignment) - 1);
    const open = this.openPages[exponent];
    if (open !== undefined && open.address >= 0) {
      if (open.used + bytes <= open.capacity) return open;
      open.open = false;
    }
    const page = this.emptyPage(
      sizeClassOf(Math.max(buffersPerPage * (2 ** exponent + alignment), smallestPage)),
    );
    page.open = true;
    this.openPages[exponent] = page;
    return page;
  }

  private emptyPage(sizeClass: number): Page {
    const page = this.idlePages[sizeClass]?.pop();
    if (page !== undefined) {
      page.idleIndex = -1;
      return page;
    }
    if (this.disposed) throw disposedError();
    const capacity = sizeOfClass(sizeClass);
    this.growWithWorkingSet(capacity);
    return this.ring.place(capacity, sizeClass);
  }

  /** Doubles the budget after a lap of which a quarter was buffers coming back. */
  private growWithWorkingSet(capacity: number): void {
    this.placedBytes += capacity;
    if (this.placedBytes < this.ring.size) return;
    if (this.restoredBytes > this.placedBytes / 4) {
      this.ring.raiseBudget(Math.min(2 * this.ring.size, largestBudget));
    }
    this.placedBytes = 0;
    this.restoredBytes = 0;
  }

  private restore(buffer: WasmBuffer): void {
    const old = buffer.page!;
    const words = new Int32Array(old.snapshot!, buffer.offset, buffer.length);
    const { page, offset } = this.allocate(buffer.dtype, buffer.length);
    this.integers.set(words, (page!.address + offset) / 4);
    this.restoredBytes += words.byteLength;
    this.release(old, buffer);
    buffer.page = page;
    buffer.offset = offset;
  }

  /** One buffer fewer. */
  private release(page: Page, buffer: WasmBuffer): void {
    page.live--;
    if (page.live > 0) {
      // The youngest buffer of a page gives its bytes back at once.
      if (page.address >= 0 && buffer.offset + footprint(buffer.length) === page.used)
        page.used = buffer.offset;
      return;
    }
    page.used = 0;
    page.snapshot = null;
    if (page.address < 0 || page.open) return;
    let idle = this.idlePages[page.sizeClass];
    if (idle === undefined) {
      idle = [];
      this.idlePages[page.sizeClass] = idle;
    }
    page.idleIndex = idle.length;
    idle.push(page);
  }

  /** The ring takes the page's place: what its buffers hold moves to a snapshot. */
  private keepContents(page: Page): void {
    if (page.live > 0) {
      // Not memory.buffer.slice: of shared memory that would be shared too.
      page.snapshot = new Uint8Array(this.memory.buffer, page.address, page.used).slice().buffer;
    }
    if (page.idleIndex >= 0) {
      const idle = this.idlePages[page.sizeClass]!;
      const top = idle.pop()!;
      if (top !== page) {
        idle[page.idleIndex] = top;
        top.idleIndex = page.idleIndex;
      }
      page.idleIndex = -1;
    }
    page.address = -1;
  }
}

function disposedError(): DeviceError {
  return new DeviceError("wasm: the device was disposed, and its buffers with it. Create another one.");
}

function tooLarge(length: number): DeviceError {
  return new DeviceError(
    `wasm: a buffer of ${length} elements does not fit WebAssembly memory; at most ${largestLength} do. Use smaller batches.`,
  );
}

/** Bytes that a buffer occupies in its page. */
function footprint(length: number): number {
  return Math.ceil((length * 4 + slackBytes) / alignment) * alignment;
}

function pin(page: Page): Page {
  page.pins++;
  return page;
}
