/**
 * Recorded steps: lists of kernel calls in linear memory, run without JavaScript in between.
 *
 *      [opcode, bytes to the next instruction, argument, argument, …] [opcode, …] … [END]
 *
 * Arguments are words: addresses, integers, flags, and the bits of float32 numbers. The opcodes are the positions in `opcodes`
 * of `src/devices/wasm/program-writer.ts`. One list serves a thread that runs alone; for several the same
 * calls, cut into parts, are lists of their own, the tasks of `threads.ts`.
 */
import { binaryContiguous, binaryRows, binaryScalarFloat, binaryScalarInteger, binaryTiled } from "./binary";
import { chain } from "./chain";
import { copyPlane, copyStrided } from "./copy";
import { cumsumFloat, cumsumInteger } from "./cumsum";
import { matmulFloat } from "./matmul";
import { matmulInteger } from "./matmul-integer";
import {
  castToFloat, castToInteger, copyBytes, fillBits, gatherElements, gatherSlices, scatterAddElements, scatterAddSlices,
} from "./movement";
import { adamFloat, adamFromTable, sgdFloat, sgdMomentumFloat } from "./optimizer";
import { reduceFloat, reduceInteger } from "./reduce";
import { useLayout, useOwnLayout } from "./scratch";
import { sumOfSquares } from "./sum";
import { softmaxFloat } from "./softmax";
import { accompanied, announce, awaitProgram, awaitTask, begin, ended, finishTask, takeTask } from "./threads";
import { unaryFloat, unaryInteger } from "./unary";
import { whereContiguous, whereTiled } from "./where";

const END: i32 = 0;
/** Sizes and strides for the next kernel, in place of the scratch layout. */
const LAYOUT: i32 = 1;
/** Holds a number that a later instruction reads. */
const NUMBER: i32 = 2;
const UNARY_FLOAT: i32 = 3;
const UNARY_INTEGER: i32 = 4;
const BINARY_CONTIGUOUS: i32 = 5;
const BINARY_SCALAR_FLOAT: i32 = 6;
const BINARY_SCALAR_INTEGER: i32 = 7;
const BINARY_ROWS: i32 = 8;
const BINARY_TILED: i32 = 9;
const WHERE_CONTIGUOUS: i32 = 10;
const WHERE_TILED: i32 = 11;
const REDUCE_FLOAT: i32 = 12;
const REDUCE_INTEGER: i32 = 13;
const CUMSUM_FLOAT: i32 = 14;
const CUMSUM_INTEGER: i32 = 15;
const MATMUL_FLOAT: i32 = 16;
const MATMUL_INTEGER: i32 = 17;
const FILL_BITS: i32 = 18;
const CAST_TO_INTEGER: i32 = 19;
const CAST_TO_FLOAT: i32 = 20;
const COPY_BYTES: i32 = 21;
const COPY_PLANE: i32 = 22;
const COPY_STRIDED: i32 = 23;
const GATHER_SLICES: i32 = 24;
const GATHER_ELEMENTS: i32 = 25;
const SCATTER_ADD_SLICES: i32 = 26;
const SCATTER_ADD_ELEMENTS: i32 = 27;
const SOFTMAX_FLOAT: i32 = 28;
const SGD_FLOAT: i32 = 29;
const SGD_MOMENTUM_FLOAT: i32 = 30;
const ADAM_FLOAT: i32 = 31;
const ADAM_FROM_TABLE: i32 = 32;
const SUM_OF_SQUARES: i32 = 33;
const CHAIN: i32 = 34;

/** Bytes before the arguments. */
const HEADER: usize = 8;

// @ts-ignore: decorator
@inline function word(p: usize, argument: i32): i32 {
  return load<i32>(p + HEADER + (<usize>argument << 2));
}

// @ts-ignore: decorator
@inline function address(p: usize, argument: i32): usize {
  return <usize>load<u32>(p + HEADER + (<usize>argument << 2));
}

// @ts-ignore: decorator
@inline function flag(p: usize, argument: i32): bool {
  return load<i32>(p + HEADER + (<usize>argument << 2)) != 0;
}

// @ts-ignore: decorator
@inline function number(p: usize, argument: i32): f32 {
  return load<f32>(p + HEADER + (<usize>argument << 2));
}

/** Runs one list. */
function runList(p: usize): void {
  while (true) {
    switch (load<i32>(p)) {
      case END: return useOwnLayout();
      case LAYOUT: useLayout(p + HEADER); break;
      case NUMBER: break;
      case UNARY_FLOAT: unaryFloat(word(p, 0), address(p, 1), address(p, 2), word(p, 3)); break;
      case UNARY_INTEGER: unaryInteger(word(p, 0), address(p, 1), address(p, 2), word(p, 3)); break;
      case BINARY_CONTIGUOUS:
        binaryContiguous(
          flag(p, 0), word(p, 1), word(p, 2), address(p, 3), address(p, 4), address(p, 5), word(p, 6),
        );
        break;
      case BINARY_SCALAR_FLOAT:
        binaryScalarFloat(
          word(p, 0), word(p, 1), address(p, 2), number(p, 3), address(p, 4), word(p, 5),
        );
        break;
      case BINARY_SCALAR_INTEGER:
        binaryScalarInteger(
          word(p, 0), word(p, 1), address(p, 2), word(p, 3), address(p, 4), word(p, 5),
        );
        break;
      case BINARY_ROWS:
        binaryRows(
          flag(p, 0), word(p, 1), word(p, 2), address(p, 3), word(p, 4), address(p, 5), word(p, 6), address(p, 7),
          word(p, 8), word(p, 9),
        );
        break;
      case BINARY_TILED:
        binaryTiled(
          flag(p, 0), word(p, 1), address(p, 2), word(p, 3), word(p, 4), address(p, 5), word(p, 6), word(p, 7),
          address(p, 8), word(p, 9), word(p, 10), word(p, 11),
        );
        break;
      case WHERE_CONTIGUOUS:
        whereContiguous(
          address(p, 0), address(p, 1), address(p, 2), address(p, 3), word(p, 4),
        );
        break;
      case WHERE_TILED:
        whereTiled(
          address(p, 0), word(p, 1), word(p, 2), address(p, 3), word(p, 4), word(p, 5), address(p, 6), word(p, 7),
          word(p, 8), address(p, 9), word(p, 10), word(p, 11), word(p, 12),
        );
        break;
      case REDUCE_FLOAT:
        reduceFloat(
          word(p, 0), address(p, 1), address(p, 2), word(p, 3), word(p, 4), word(p, 5), word(p, 6),
        );
        break;
      case REDUCE_INTEGER:
        reduceInteger(
          word(p, 0), address(p, 1), address(p, 2), word(p, 3), word(p, 4), word(p, 5), word(p, 6),
        );
        break;
      case CUMSUM_FLOAT:
        cumsumFloat(
          address(p, 0), address(p, 1), word(p, 2), word(p, 3), word(p, 4), flag(p, 5),
        );
        break;
      case CUMSUM_INTEGER:
        cumsumInteger(
          address(p, 0), address(p, 1), word(p, 2), word(p, 3), word(p, 4), flag(p, 5),
        );
        break;
      case MATMUL_FLOAT:
        matmulFloat(
          address(p, 0), address(p, 1), address(p, 2), address(p, 3), word(p, 4), word(p, 5), word(p, 6), word(p, 7),
          flag(p, 8), flag(p, 9), word(p, 10), word(p, 11), word(p, 12), word(p, 13), word(p, 14), word(p, 15),
          word(p, 16),
        );
        break;
      case MATMUL_INTEGER:
        matmulInteger(
          address(p, 0), address(p, 1), address(p, 2), address(p, 3), word(p, 4), word(p, 5), word(p, 6), word(p, 7),
          flag(p, 8), flag(p, 9), word(p, 10), word(p, 11), word(p, 12),
        );
        break;
      case FILL_BITS: fillBits(address(p, 0), word(p, 1), word(p, 2)); break;
      case CAST_TO_INTEGER: castToInteger(address(p, 0), address(p, 1), word(p, 2)); break;
      case CAST_TO_FLOAT: castToFloat(address(p, 0), address(p, 1), word(p, 2)); break;
      case COPY_BYTES: copyBytes(address(p, 0), address(p, 1), word(p, 2)); break;
      case COPY_PLANE:
        copyPlane(
          address(p, 0), address(p, 1), word(p, 2), word(p, 3), word(p, 4), word(p, 5), word(p, 6), word(p, 7),
        );
        break;
      case COPY_STRIDED: copyStrided(address(p, 0), address(p, 1), word(p, 2)); break;
      case GATHER_SLICES:
        gatherSlices(
          address(p, 0), address(p, 1), address(p, 2), word(p, 3), word(p, 4), word(p, 5), word(p, 6),
        );
        break;
      case GATHER_ELEMENTS:
        gatherElements(
          address(p, 0), address(p, 1), address(p, 2), word(p, 3), word(p, 4), word(p, 5), word(p, 6),
        );
        break;
      case SCATTER_ADD_SLICES:
        scatterAddSlices(
          flag(p, 0), address(p, 1), address(p, 2), address(p, 3), word(p, 4), word(p, 5), word(p, 6), word(p, 7),
        );
        break;
      case SCATTER_ADD_ELEMENTS:
        scatterAddElements(
          flag(p, 0), address(p, 1), address(p, 2), address(p, 3), word(p, 4), word(p, 5), word(p, 6), word(p, 7),
        );
        break;
      case SOFTMAX_FLOAT:
        softmaxFloat(
          word(p, 0), address(p, 1), address(p, 2), word(p, 3), word(p, 4), word(p, 5),
        );
        break;
      case SGD_FLOAT: sgdFloat(address(p, 0), address(p, 1), word(p, 2), number(p, 3), number(p, 4)); break;
      case SGD_MOMENTUM_FLOAT:
        sgdMomentumFloat(
          address(p, 0), address(p, 1), address(p, 2), word(p, 3), number(p, 4), number(p, 5), number(p, 6),
          number(p, 7), flag(p, 8), flag(p, 9),
        );
        break;
      case ADAM_FLOAT:
        adamFloat(
          address(p, 0), address(p, 1), address(p, 2), address(p, 3), word(p, 4), number(p, 5), number(p, 6),
          number(p, 7), number(p, 8), number(p, 9), number(p, 10), number(p, 11), number(p, 12),
        );
        break;
      case ADAM_FROM_TABLE:
        adamFromTable(
          address(p, 0), address(p, 1), address(p, 2), address(p, 3), address(p, 4), word(p, 5),
        );
        break;
      case SUM_OF_SQUARES: sumOfSquares(address(p, 0), address(p, 1), word(p, 2)); break;
      case CHAIN: chain(p + HEADER); break;
      default: unreachable();
    }
    p += <usize>load<u32>(p, 4);
  }
}

/**
 * Thread 0: runs a program with all threads that come. At `program`: the address of the list of everything, for one thread alone;
 * how many sections there are, how many tasks each can have, how many tasks in all; then the sections (`threads.ts`). Returns
 * whether any came.
 */
export function runShared(program: usize): bool {
  if (!accompanied()) {
    runSerial(program);
    return false;
  }
  begin(program + 16, load<i32>(program, 4), load<i32>(program, 8));
  let own = 0;
  let looks = 0;
  while (true) {
    const task = takeTask();
    if (task != 0) {
      runList(task);
      finishTask();
      own++;
      looks = 0;
    } else if (ended()) {
      break;
    } else {
      awaitTask(++looks);
    }
  }
  const together = own < load<i32>(program, 12);
  if (together) shared++;
  return together;
}

let shared: i32 = 0;

/** How many programs were run by several threads: for tests and measurements. */
export function programsShared(): i32 {
  return shared;
}

/** Runs a program on this thread alone. */
export function runSerial(program: usize): void {
  runList(load<u32>(program));
}

/** The other threads: takes part in programs until told to stop. */
export function work(): void {
  announce();
  let looks = 0;
  while (looks >= 0) {
    const task = takeTask();
    if (task != 0) {
      runList(task);
      finishTask();
      looks = 0;
    } else {
      looks = awaitProgram(looks);
    }
  }
}
