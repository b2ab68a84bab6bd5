import type { WasmExports } from "./instance.ts";
import type { Address, WasmKernels } from "./kernels.ts";
import { type Layout, layoutWords, maximumRank, mostOperands } from "./layout.ts";
import type { PagedMemory } from "./paged-memory.ts";

/** Where a launch goes: to the kernels at once, or into a program that calls them later. */
export interface LaunchTarget {
  readonly kernels: WasmKernels;
  /** Gives the next kernel its sizes and strides. */
  storeLayout(layout: Layout, operands: number): void;
  /** Puts one number where the next kernel can read it as an operand. */
  storeNumber(value: number, integer: boolean): Address;
  /** A chain, in the words of `assembly/chain.ts`: 256 at most. */
  chain(words: readonly number[]): void;
}

/** After the sizes, strides and counters of `assembly/scratch.ts`: what else a kernel is told. */
const dataWord = layoutWords(mostOperands) + maximumRank;

/** Calls the kernels at once; layouts go to the scratch memory. */
export class ImmediateTarget implements LaunchTarget {
  readonly kernels: WasmKernels;
  readonly #exports: WasmExports;
  readonly #pages: PagedMemory;
  readonly #layoutWord: number;

  constructor(exports: WasmExports, pages: PagedMemory) {
    this.kernels = exports;
    this.#exports = exports;
    this.#pages = pages;
    this.#layoutWord = exports.layoutAddress() / 4;
  }

  storeLayout(layout: Layout, operands: number): void {
    layout.store(this.#pages.integers, this.#layoutWord, operands);
  }

  storeNumber(value: number, integer: boolean): Address {
    const word = this.#layoutWord + dataWord;
    if (integer) this.#pages.integers[word] = Math.trunc(value);
    else this.#pages.floats[word] = value;
    return word * 4;
  }

  chain(words: readonly number[]): void {
    const word = this.#layoutWord + dataWord;
    this.#pages.integers.set(words, word);
    this.#exports.chain(word * 4);
  }
}
