import { DeviceError } from "../../errors.ts";
import { Page } from "./page.ts";

const wasmPageBytes = 65536;
/** Kernels read up to a register block past a buffer's end. */
const slackBytes = 1024;
const addressLimit = 2 ** 32 - wasmPageBytes;
const firstGrowthBytes = 2 ** 20;

/**
 * Linear memory from `base` on, as a ring of pages in order of age.
 *
 * New pages go at the head, which moves up through memory and starts again at the bottom. What lies before it is the
 * oldest page; if the gap is too small, that page is evicted and its place joins the gap. So there is nothing to
 * search and nothing to fragment, whatever the sizes. Pinned pages are stepped over.
 */
export class Ring {
  private readonly memory: WebAssembly.Memory;
  private readonly base: number;
  private readonly onEvict: (page: Page) => void;
  private head: number;
  /** The oldest page, the first at or above the head; null: none up to the end. */
  private oldest: Page | null = null;
  private first: Page | null = null;
  private last: Page | null = null;
  private end: number;
  /** Bytes of the whole memory: growing changes it. */
  memoryBytes: number;
  private budgetEnd: number;

  constructor(memory: WebAssembly.Memory, base: number, budgetBytes: number, onEvict: (page: Page) => void) {
    this.memory = memory;
    this.base = base;
    this.head = base;
    this.end = base;
    this.memoryBytes = memory.buffer.byteLength;
    this.budgetEnd = Math.min(base + budgetBytes, addressLimit);
    this.onEvict = onEvict;
  }

  /** Bytes that pages can occupy now. */
  get size(): number {
    return this.end - this.base;
  }

  /** Lets the ring grow to `budgetBytes` before it evicts again. */
  raiseBudget(budgetBytes: number): void {
    this.budgetEnd = Math.max(this.budgetEnd, Math.min(this.base + budgetBytes, addressLimit));
  }

  /**
   * A new page at the head, for which the oldest are evicted.
   * @throws DeviceError where WebAssembly memory cannot grow to hold it beside the pinned pages.
   */
  place(capacity: number, sizeClass: number): Page {
    for (let laps = 0; ; ) {
      const oldest = this.oldest;
      const limit = oldest === null ? this.end : oldest.address;
      if (limit - this.head >= capacity) break;
      if (oldest === null) {
        if (this.end < this.budgetEnd) {
          const wanted = this.head + Math.max(capacity, this.size, firstGrowthBytes);
          // Where the engine grants no more memory, what there is becomes the budget.
          if (!this.extend(Math.min(wanted, this.budgetEnd))) this.budgetEnd = this.end;
          if (this.end - this.head >= capacity) break;
        }
        // The second time round nothing but pinned pages is left: the budget gives way.
        if (laps++ === 0) this.startLap();
        else if (!this.extend(this.head + capacity)) throw outOfMemory(capacity);
      } else if (oldest.pins > 0) {
        this.head = oldest.address + oldest.capacity;
        this.oldest = oldest.next;
      } else {
        this.onEvict(oldest);
        this.oldest = oldest.next;
        this.unlink(oldest);
      }
    }
    const page = new Page(this.head, capacity, sizeClass);
    this.head += capacity;
    this.link(page);
    return page;
  }

  private startLap(): void {
    this.head = this.base;
    this.oldest = this.first;
  }

  /** False where the address space, or the engine, has no room for it. */
  private extend(end: number): boolean {
    if (end <= this.end) return true;
    if (end > addressLimit) return false;
    const missing = end + slackBytes - this.memoryBytes;
    try {
      if (missing > 0) this.memory.grow(Math.ceil(missing / wasmPageBytes));
    } catch {
      return false;
    }
    this.memoryBytes = this.memory.buffer.byteLength;
    this.end = end;
    return true;
  }

  /** Between the pages on either side of the head. */
  private link(page: Page): void {
    const next = this.oldest;
    const previous = next === null ? this.last : next.previous;
    page.previous = previous;
    page.next = next;
    if (previous === null) this.first = page;
    else previous.next = page;
    if (next === null) this.last = page;
    else next.previous = page;
  }

  /** Leaves nothing that refers to the page, nor it to others: only handles keep its snapshot alive. */
  private unlink(page: Page): void {
    if (page.previous === null) this.first = page.next;
    else page.previous.next = page.next;
    if (page.next === null) this.last = page.previous;
    else page.next.previous = page.previous;
    page.previous = null;
    page.next = null;
  }
}

function outOfMemory(bytes: number): DeviceError {
  return new DeviceError(
    `wasm: no room for a buffer of ${bytes} bytes in WebAssembly memory, which holds 4 GiB at most. Use smaller batches.`,
  );
}
