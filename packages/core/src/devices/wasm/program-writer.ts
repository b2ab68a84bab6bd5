import type { Address, WasmKernels } from "./kernels.ts";
import type { LaunchTarget } from "./launch-target.ts";
import { type Layout, layoutWords } from "./layout.ts";

/** As in `assembly/program.ts`. */
const END = 0;
const LAYOUT = 1;
const NUMBER = 2;
const firstKernel = 3;
const headerWords = 2;

/** The kernels that a program can call, by opcode from `firstKernel` on, with their arguments: i a word, f a float32 number. */
const opcodes = [
  ["unaryFloat", "iiii"],
  ["unaryInteger", "iiii"],
  ["binaryContiguous", "iiiiiii"],
  ["binaryScalarFloat", "iiifii"],
  ["binaryScalarInteger", "iiiiii"],
  ["binaryRows", "iiiiiiiiii"],
  ["binaryTiled", "iiiiiiiiiiii"],
  ["whereContiguous", "iiiii"],
  ["whereTiled", "iiiiiiiiiiiii"],
  ["reduceFloat", "iiiiiii"],
  ["reduceInteger", "iiiiiii"],
  ["cumsumFloat", "iiiiii"],
  ["cumsumInteger", "iiiiii"],
  ["matmulFloat", "iiiiiiiiiiiiiiiii"],
  ["matmulInteger", "iiiiiiiiiiiii"],
  ["fillBits", "iii"],
  ["castToInteger", "iii"],
  ["castToFloat", "iii"],
  ["copyBytes", "iii"],
  ["copyPlane", "iiiiiiii"],
  ["copyStrided", "iii"],
  ["gatherSlices", "iiiiiii"],
  ["gatherElements", "iiiiiii"],
  ["scatterAddSlices", "iiiiiiii"],
  ["scatterAddElements", "iiiiiiii"],
  ["softmaxFloat", "iiiiii"],
  ["sgdFloat", "iiiff"],
  ["sgdMomentumFloat", "iiiiffffii"],
  ["adamFloat", "iiiiiffffffff"],
  ["adamFromTable", "iiiiii"],
  ["sumOfSquares", "iii"],
] as const satisfies readonly (readonly [keyof WasmKernels, string])[];

type Listed = (typeof opcodes)[number][0];
/** Fails to compile where a kernel has no opcode. */
const everyKernelListed: [Exclude<keyof WasmKernels, Listed>] extends [never] ? true : false = true;
void everyKernelListed;

/** After the kernels: its arguments are the words of a chain. */
const CHAIN = firstKernel + opcodes.length;

/**
 * Writes calls of kernels as instructions of a program, in words that later go to `base` in linear memory. Two passes write a
 * program: the first tells how long it gets, the second knows the addresses.
 */
export class ProgramWriter implements LaunchTarget {
  readonly kernels: WasmKernels;
  /** Where the first word will be. */
  base: Address = 0;
  /** Words written. */
  length = 0;
  words: Int32Array = new Int32Array(1024);
  #floats = new Float32Array(this.words.buffer);

  constructor() {
    const call = (opcode: number, kinds: string) => {
      return (...args: number[]): void => {
        const at = this.#instruction(opcode, kinds.length);
        for (let i = 0; i < kinds.length; i++) {
          if (kinds[i] === "f") this.#floats[at + i] = args[i]!;
          else this.words[at + i] = args[i]!;
        }
      };
    };
    this.kernels = Object.fromEntries(
      opcodes.map(([name, kinds], i) => [name, call(firstKernel + i, kinds)]),
    ) as unknown as WasmKernels;
  }

  /** Starts anew. */
  begin(base: Address): void {
    this.base = base;
    this.length = 0;
  }

  storeLayout(layout: Layout, operands: number): void {
    layout.store(this.words, this.#instruction(LAYOUT, layoutWords(operands)), operands);
  }

  storeNumber(value: number, integer: boolean): Address {
    const at = this.#instruction(NUMBER, 1);
    if (integer) this.words[at] = Math.trunc(value);
    else this.#floats[at] = value;
    return this.base + at * 4;
  }

  chain(words: readonly number[]): void {
    const at = this.#instruction(CHAIN, words.length);
    this.words.set(words, at);
  }

  end(): void {
    this.#instruction(END, 0);
  }

  /** The place of the first argument. */
  #instruction(opcode: number, argumentWords: number): number {
    const at = this.length + headerWords;
    this.length = at + argumentWords;
    while (this.length > this.words.length) {
      const larger = new Int32Array(2 * this.words.length);
      larger.set(this.words);
      this.words = larger;
      this.#floats = new Float32Array(larger.buffer);
    }
    this.words[at - 2] = opcode;
    this.words[at - 1] = (headerWords + argumentWords) * 4;
    return at;
  }
}
