/**
 * Elementwise kernels in one, tile by tile: what one step computes stays in the first-level cache for the next. The steps are
 * the loops of `unary.ts`, `binary.ts`, `where.ts` and `movement.ts`, so that the bits are theirs.
 *
 * `src/devices/wasm/chain.ts` writes what is at `chain`, in words:
 *
 *      rank, length, elements in a tile, how many operands to lay out, how many steps
 *      operand: tile, kind and period as `tile.ts` has them, place
 *      step: function, op, which operand is one number (as in `binary.ts`), place of the result, places of its operands x, y, z
 *
 * A place is two words: what it is relative to, and an address, or a number itself.
 */
import { binaryContiguous } from "./binary";
import { castToFloat, castToInteger } from "./movement";
import { tileAddress } from "./scratch";
import { tileOf } from "./tile";
import { unaryFloat, unaryInteger } from "./unary";
import { whereContiguous } from "./where";

/** The other word is a tile. */
const TILE: i32 = 0;
/** The other word is an address that moves on with the output. */
const DENSE: i32 = 1;
/** The other word is an address. */
const STILL: i32 = 2;
// Else the other word is a number.

const UNARY_FLOAT: i32 = 0;
const UNARY_INTEGER: i32 = 1;
const BINARY_FLOAT: i32 = 2;
const BINARY_INTEGER: i32 = 3;
const WHERE: i32 = 4;
const CAST_TO_FLOAT: i32 = 5;

const HEAD_BYTES: usize = 5 * 4;
const OPERAND_BYTES: usize = 5 * 4;
const STEP_BYTES: usize = 11 * 4;

// @ts-ignore: decorator
@inline function addressOf(place: usize, start: i32): usize {
  const from = load<i32>(place);
  const at = load<i32>(place, 4);
  if (from == TILE) return tileAddress(at);
  if (from == DENSE) return <usize>at + (<usize>start << 2);
  return from == STILL ? <usize>at : place + 4;
}

/** The sizes and strides are in the scratch layout. */
export function chain(program: usize): void {
  const rank = load<i32>(program);
  const length = load<i32>(program, 4);
  const tile = load<i32>(program, 8);
  const operands = program + HEAD_BYTES;
  const steps = operands + <usize>load<i32>(program, 12) * OPERAND_BYTES;
  const end = steps + <usize>load<i32>(program, 16) * STEP_BYTES;
  for (let start = 0; start < length; start += tile) {
    const count = min(tile, length - start);
    for (let p = operands; p < steps; p += OPERAND_BYTES) {
      tileOf(load<i32>(p), load<i32>(p, 4), addressOf(p + 12, 0), load<i32>(p, 8), rank, start, count);
    }
    for (let p = steps; p < end; p += STEP_BYTES) {
      const op = load<i32>(p, 4);
      const result = addressOf(p + 12, start);
      const x = addressOf(p + 20, start);
      switch (load<i32>(p)) {
        case UNARY_FLOAT: unaryFloat(op, x, result, count); break;
        case UNARY_INTEGER: unaryInteger(op, x, result, count); break;
        case BINARY_FLOAT:
          binaryContiguous(false, op, load<i32>(p, 8), x, addressOf(p + 28, start), result, count);
          break;
        case BINARY_INTEGER:
          binaryContiguous(true, op, load<i32>(p, 8), x, addressOf(p + 28, start), result, count);
          break;
        case WHERE:
          whereContiguous(x, addressOf(p + 28, start), addressOf(p + 36, start), result, count);
          break;
        case CAST_TO_FLOAT: castToFloat(x, result, count); break;
        default: castToInteger(x, result, count);
      }
    }
  }
}
