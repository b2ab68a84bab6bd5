import type { WasmExports } from "./instance.ts";
import type { Address, WasmKernels } from "./kernels.ts";
import type { Layout } from "./layout.ts";
import type { PagedMemory } from "./paged-memory.ts";

/** Where a launch goes: to the kernels at once, or into a program that calls them later. */
export interface LaunchTarget {
  readonly kernels: WasmKernels;
  /** Gives the next kernel its sizes and strides. */
  storeLayout(layout: Layout, operands: number): void;
  /** Puts one number where the next kernel can read it as an operand. */
  storeNumber(value: number, integer: boolean): Address;
}

/** After the sizes, strides and counters of `assembly/scratch.ts`: a number that a strided kernel reads. */
const numberWord = 5 * 16;

/** Calls the kernels at once; layouts go to the scratch memory. */
export class ImmediateTarget implements LaunchTarget {
  readonly kernels: WasmKernels;
  readonly #pages: PagedMemory;
  readonly #layoutWord: number;

  constructor(exports: WasmExports, pages: PagedMemory) {
    this.kernels = exports;
    this.#pages = pages;
    this.#layoutWord = exports.layoutAddress() / 4;
  }

  storeLayout(layout: Layout, operands: number): void {
    layout.store(this.#pages.integers, this.#layoutWord, operands);
  }

  storeNumber(value: number, integer: boolean): Address {
    const word = this.#layoutWord + numberWord;
    if (integer) this.#pages.integers[word] = Math.trunc(value);
    else this.#pages.floats[word] = value;
    return word * 4;
  }
}
