/** A region of linear memory that holds buffers, or, once evicted, what their handles keep of it. */
export class Page {
  /** In linear memory; −1 once evicted. */
  address: number;
  /** Bytes; so many up to the next page at least. */
  readonly capacity: number;
  readonly sizeClass: number;
  /** Bytes handed out, from the start. */
  used = 0;
  /** Buffers not freed, alive or not: JavaScript does not tell. */
  live = 0;
  /** Reasons not to evict it: the kernel that is about to run, or a recorded plan that owns it. */
  pins = 0;
  /** New buffers of its size class still go here. */
  open = false;
  /** Position in its class's stack of idle pages; −1: not there. */
  idleIndex = -1;
  /** The first `used` bytes as they were when evicted. */
  snapshot: ArrayBuffer | null = null;
  /** Neighbours by address while resident. */
  previous: Page | null = null;
  next: Page | null = null;

  constructor(address: number, capacity: number, sizeClass: number) {
    this.address = address;
    this.capacity = capacity;
    this.sizeClass = sizeClass;
  }
}

/**
 * Sizes fall into eight classes per power of two, so that a freed page fits the next request of about its size and at
 * most an eighth is wasted.
 */
export function sizeClassOf(bytes: number): number {
  const exponent = 31 - Math.clz32(bytes - 1);
  return exponent * 8 + (((bytes - 1) >>> (exponent - 3)) & 7);
}

/** The largest size of a class, in bytes. */
export function sizeOfClass(sizeClass: number): number {
  return ((sizeClass & 7) + 9) * 2 ** ((sizeClass >> 3) - 3);
}
