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
  private budgetEnd: number;

  constructor(memory: WebAssembly.Memory, base: number, budgetBytes: number, onEvict: (page: Page) => void) {
    this.memory = memory;
    this.base = base;
    this.head = base;
    this.end = base;
    this.budgetEnd = base + budgetBytes;
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

  /** A new page at the head, for which the oldest are evicted. */
  place(capacity: number, sizeClass: number): Page {
    for (let laps = 0; ; ) {
      const oldest = this.oldest;
      const limit = oldest === null ? this.end : oldest.address;
      if (limit - this.head >= capacity) break;
      if (oldest === null) {
        if (this.end < this.budgetEnd) {
          this.extend(Math.min(this.head + Math.max(capacity, this.size, firstGrowthBytes), this.budgetEnd));
          if (this.end - this.head >= capacity) break;
        }
        // The second time round nothing but pinned pages is left: the budget gives way.
        if (laps++ === 1) this.extend(this.head + capacity);
        else this.startLap();
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

  private extend(end: number): void {
    if (end > addressLimit) {
      throw new DeviceError(
        `wasm: ${end - this.base} bytes of buffers do not fit the 4 GiB of WebAssembly memory. Free tensors, or use smaller batches.`,
      );
    }
    this.end = Math.max(this.end, end);
    const missing = this.end + slackBytes - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / wasmPageBytes));
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
