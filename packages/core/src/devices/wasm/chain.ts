/** Chains of elementwise kernels, as `assembly/chain.ts` runs them. */
import type { ChainKernel, ChainOperand, ChainStep } from "../chain.ts";
import type { LaunchTarget } from "./launch-target.ts";
import { dense, gathered, Layout, periodic } from "./layout.ts";
import { binaryCodes, unaryCodes } from "./op-codes.ts";
import { leftScalar, rightScalar, vectors } from "./scalar-side.ts";

/** What computes a step; the order is that of `assembly/chain.ts`. */
const [unaryFloat, unaryInteger, binaryFloat, binaryInteger, where, castToFloat, castToInteger] = [
  0, 1, 2, 3, 4, 5, 6,
] as const;
/** What the other word of a place is relative to, or that it is a number itself. */
const [inTile, moving, still, number] = [0, 1, 2, 3] as const;
type Place = readonly [from: number, word: number];
const nowhere: Place = [still, 0];

/** As in `assembly/scratch.ts`. */
const tileCount = 16;

/** Writes chains, or has them run. */
export class Chains {
  readonly #target: LaunchTarget;
  readonly #layout = new Layout();

  constructor(target: LaunchTarget) {
    this.#target = target;
  }

  /**
   * `inputs` and `z` are addresses.
   * @throws RangeError for a chain that no recorded run makes: of so many steps that wait for others that 16 tiles do not hold them.
   */
  launch(kernel: ChainKernel, inputs: readonly number[], z: number): void {
    const layout = this.#layout;
    layout.set(
      kernel.shape,
      kernel.inputs.map(({ strides }) => strides),
    );
    if (layout.length === 0) return;
    const { operands, steps, needsLayout } = writeSteps(kernel, inputs, z, layout);
    if (needsLayout) this.#target.storeLayout(layout, inputs.length);
    const { rank, length } = layout;
    const head = [rank, length, layout.tileSize(inputs.length), operands.length, steps.length];
    this.#target.chain([...head, ...operands.flat(), ...steps.flat()]);
  }
}

interface Written {
  /** Words for each operand that is laid out in a tile. */
  readonly operands: readonly (readonly number[])[];
  /** Words for each step. */
  readonly steps: readonly (readonly number[])[];
  /** Whether an operand is gathered by its strides. */
  readonly needsLayout: boolean;
}

function writeSteps(
  { inputs, steps }: ChainKernel,
  addresses: readonly number[],
  z: number,
  layout: Layout,
): Written {
  const operands: number[][] = [];
  const inputPlaces = new Map<number, Place>();
  const results: number[] = [];
  const tiles = new Tiles(inputs.length);
  let needsLayout = false;

  /** Where the elements of an operand are, one for each of z. */
  const vectorOf = (operand: ChainOperand, step: ChainStep): Place => {
    if (operand.from === "step") return [inTile, results[operand.index]!];
    if (operand.from === "number") {
      const tile = tiles.takeFilled();
      operands.push([tile, periodic, 1, number, wordOf(operand.value, step)]);
      return [inTile, tile];
    }
    const { index } = operand;
    const known = inputPlaces.get(index);
    if (known !== undefined) return known;
    const kind = layout.isStill(index) ? periodic : layout.kindOf(index);
    const place: Place = kind === dense ? [moving, addresses[index]!] : [inTile, index];
    if (kind !== dense) operands.push([index, kind, layout.periodOf(index), still, addresses[index]!]);
    if (kind === gathered) needsLayout = true;
    inputPlaces.set(index, place);
    return place;
  };
  /** Where the one number is that an operand is for all of z; null where it differs. */
  const numberOf = (operand: ChainOperand, step: ChainStep): Place | null => {
    if (operand.from === "number") return [number, wordOf(operand.value, step)];
    return operand.from === "input" && layout.isStill(operand.index)
      ? [still, addresses[operand.index]!]
      : null;
  };
  /** Which operand is one number, and where they are. */
  const operandsOf = (step: ChainStep): readonly [scalars: number, ...Place[]] => {
    const [x, y, condition] = step.operands;
    if (step.kind === "binary" || step.kind === "compare") {
      const left = numberOf(x!, step);
      if (left !== null) return [leftScalar, left, vectorOf(y!, step)];
      const right = numberOf(y!, step);
      if (right !== null) return [rightScalar, vectorOf(x!, step), right];
    }
    // A cast to its own type is a choice between a value and itself.
    const given = isCopy(step) ? [x!, x!, x!] : [x!, y, condition];
    return [vectors, ...given.map((operand) => (operand === undefined ? nowhere : vectorOf(operand, step)))];
  };

  const lastReader = steps.map((_, made) =>
    steps.findLastIndex(({ operands: given }) =>
      given.some((operand) => operand.from === "step" && operand.index === made),
    ),
  );
  const words = steps.map((step, at) => {
    const [scalars, x, y, third = nowhere] = operandsOf(step);
    // A result may take the place of an operand: loops read elements before they write there.
    for (const [made, tile] of results.entries()) if (lastReader[made] === at) tiles.giveBack(tile);
    const last = at === steps.length - 1;
    const tile = last ? -1 : tiles.take();
    results.push(tile);
    const result: Place = last ? [moving, z] : [inTile, tile];
    return [...codesOf(step), scalars, ...result, ...x!, ...y!, ...third];
  });
  return { operands, steps: words, needsLayout };
}

/** Which tiles are whose: those of inputs come first, those filled before the first step last, results in between. */
class Tiles {
  #next: number;
  #filled = tileCount;
  readonly #idle: number[] = [];

  constructor(inputs: number) {
    this.#next = inputs;
  }

  take(): number {
    return this.#idle.pop() ?? this.#checked(this.#next++);
  }

  giveBack(tile: number): void {
    this.#idle.push(tile);
  }

  takeFilled(): number {
    return this.#checked(--this.#filled);
  }

  #checked(tile: number): number {
    if (this.#next > this.#filled) throw new RangeError(`wasm: a chain needs more than ${tileCount} tiles`);
    return tile;
  }
}

/** What computes a step, and the op. */
function codesOf(step: ChainStep): readonly [number, number] {
  const integer = step.dtype === "int32";
  switch (step.kind) {
    case "unary":
      return [integer ? unaryInteger : unaryFloat, unaryCodes[step.op]];
    case "binary":
    case "compare":
      return [integer ? binaryInteger : binaryFloat, binaryCodes[step.op]];
    case "where":
      return [where, 0];
    case "cast":
      if (isCopy(step)) return [where, 0];
      return [step.to === "int32" ? castToInteger : castToFloat, 0];
    default:
      return step satisfies never;
  }
}

function isCopy(step: ChainStep): boolean {
  return step.kind === "cast" && step.to === step.dtype;
}

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The bits of a number among the operands of a step. */
function wordOf(value: number, { dtype }: ChainStep): number {
  if (dtype === "int32") return Math.trunc(value);
  float[0] = value;
  return bits[0]!;
}
