import { GradbridgeError } from "@gradbridge/core";
import {
  bernoulliHead,
  categoricalHead,
  type GaussianHeadOptions,
  gaussianHead,
  type Head,
  multiCategoricalHead,
  squashedGaussianHead,
  stateDependentGaussianHead,
} from "@gradbridge/policy";
import {
  Box,
  Dict,
  Discrete,
  MultiBinary,
  MultiDiscrete,
  type NumericArray,
  type Space,
  Tuple,
} from "gymnasium-js";

/** How observations of a space become rows of numbers for a network. */
export interface ObservationEncoder {
  /** Numbers per observation: the space's `flatSize`. */
  readonly size: number;
  /**
   * Writes B observations, as a vector environment batches them, to [B, size]. Places that hold no element of the space
   * (as a batch of final observations has for episodes that go on) become whatever numbers they hold, one-hot ones 0.
   */
  encode(batch: unknown, out: Float32Array): void;
  /** Writes one observation, as a single environment gives it, to [size]. */
  encodeOne(observation: unknown, out: Float32Array): void;
}

/** How actions of a policy become actions of a space. */
export interface ActionDecoder {
  readonly head: Head;
  /**
   * B actions of a policy → a batch of the action space, as vector environments take it. For Box, MultiDiscrete and
   * MultiBinary a single environment's action is its run of equally many numbers, for Discrete its number.
   */
  decode(action: Int32Array | Float32Array): NumericArray;
}

/** Options of {@link actionDecoder}: what the head of a `Box` is. */
export interface ActionHeadOptions extends GaussianHeadOptions {
  /**
   * Squash the actions of a Box into its bounds by tanh instead of clipping them; it must be bounded. Default false.
   */
  readonly squash?: boolean;
  /**
   * Explore a Box with noise that depends on the state and is redrawn every so many steps, at the latest with every
   * rollout (`stateDependentGaussianHead`). Not with `squash`, `logStd` or `logStdRange`. Default: noise of each step's own.
   */
  readonly noiseEvery?: number;
}

/** Writes `rows` elements of a batch, each to its row of out, `stride` numbers apart, from `offset` on. */
type WriteRows = (batch: unknown, rows: number, out: Float32Array, stride: number, offset: number) => void;

/**
 * Observations as one vector of float32, laid out as the space's `flatten`: boxes and binaries are copied, `Discrete`
 * and every place of a `MultiDiscrete` become one-hot, children of a `Tuple` stand side by side, and those of a `Dict`
 * by name.
 * @throws code `space` for other spaces: those have no vector of fixed length, or no batch that is numbers.
 */
export function observationEncoder(space: Space): ObservationEncoder {
  const write = rowWriter(space, space);
  const size = space.flatSize;
  return {
    size,
    encode: (batch, out) => write(batch, out.length / size, out, size, 0),
    encodeOne: (observation, out) => out.set(space.flatten(observation) as ArrayLike<number>),
  };
}

function rowWriter(space: Space, whole: Space): WriteRows {
  if (space instanceof Box || space instanceof MultiBinary) {
    const { size } = space;
    return (batch, rows, out, stride, offset) => {
      const values = batch as NumericArray;
      if (stride === size) {
        out.set(values);
        return;
      }
      for (let row = 0; row < rows; row++) {
        for (let i = 0; i < size; i++) out[row * stride + offset + i] = values[row * size + i]!;
      }
    };
  }
  if (space instanceof Discrete) return oneHotWriter(Int32Array.of(space.n), Int32Array.of(space.start));
  if (space instanceof MultiDiscrete) return oneHotWriter(space.nvec, space.start);
  if (space instanceof Tuple || space instanceof Dict) {
    const spaces = space.spaces as { readonly [key: string]: Space };
    const keys = space instanceof Dict ? space.keys : Object.keys(space.spaces);
    const children = keys.map((key) => ({
      key,
      write: rowWriter(spaces[key]!, whole),
      size: spaces[key]!.flatSize,
    }));
    return (batch, rows, out, stride, offset) => {
      let from = offset;
      for (const { key, size, write } of children) {
        write((batch as Record<string, unknown>)[key], rows, out, stride, from);
        from += size;
      }
    };
  }
  const where = space === whole ? "" : ` in ${whole}`;
  throw new GradbridgeError(
    "space",
    `A policy cannot be made for the observation space ${space}${where}: Box, Discrete, MultiDiscrete, MultiBinary, ` +
      "Tuple and Dict are supported. Wrap the environment so that it has one of these.",
  );
}

function oneHotWriter(counts: Int32Array, starts: Int32Array): WriteRows {
  const width = counts.reduce((total, n) => total + n, 0);
  return (batch, rows, out, stride, offset) => {
    const values = batch as ArrayLike<number>;
    for (let row = 0; row < rows; row++) {
      let at = row * stride + offset;
      out.fill(0, at, at + width);
      for (let place = 0; place < counts.length; place++) {
        const index = values[row * counts.length + place]! - starts[place]!;
        if (index >= 0 && index < counts[place]!) out[at + index] = 1;
        at += counts[place]!;
      }
    }
  };
}

/**
 * `Discrete` takes a categorical policy, `MultiDiscrete` one choice for each place, `MultiBinary` yes-or-no choices,
 * and `Box` a Gaussian one whose actions are clipped to the bounds or, with `squash`, a Gaussian before tanh whose
 * actions are stretched over them. Whole numbers of a Box are rounded.
 * @throws code `space` for other spaces, and for a Box without bounds where `squash` is asked for; `option` for options
 *   that exclude each other.
 */
export function actionDecoder(space: Space, options: ActionHeadOptions = {}): ActionDecoder {
  if (space instanceof Discrete) {
    const { n, start } = space;
    return {
      head: categoricalHead(n),
      decode: (action) => (start === 0 ? action : action.map((index) => index + start)),
    };
  }
  if (space instanceof MultiDiscrete) {
    const { start, size } = space;
    const moved = start.some((first) => first !== 0);
    return {
      head: multiCategoricalHead([...space.nvec]),
      decode: (action) => (moved ? action.map((index, i) => index + start[i % size]!) : action),
    };
  }
  if (space instanceof MultiBinary) {
    return { head: bernoulliHead(space.size), decode: (action) => Int8Array.from(action) };
  }
  if (space instanceof Box) return boxDecoder(space as Box, options);
  throw new GradbridgeError(
    "space",
    `A policy cannot be made for the action space ${space}: Discrete, MultiDiscrete, MultiBinary and Box are ` +
      "supported. Wrap the environment so that it has one of these.",
  );
}

function boxDecoder(space: Box, options: ActionHeadOptions): ActionDecoder {
  const { size } = space;
  const { squash = false } = options;
  const low = Float64Array.from(space.low, Number);
  const high = Float64Array.from(space.high, Number);
  const whole = !(space.dtype === "float32" || space.dtype === "float64");
  if (squash && !(space.boundedBelow.every(Boolean) && space.boundedAbove.every(Boolean))) {
    throw new GradbridgeError(
      "space",
      `Actions of ${space} cannot be squashed into its bounds: not all are finite. Leave out \`squash\` to clip them.`,
    );
  }
  const bounded = squash
    ? (u: number, i: number) => low[i]! + ((Math.tanh(u) + 1) / 2) * (high[i]! - low[i]!)
    : (a: number, i: number) => Math.min(Math.max(a, low[i]!), high[i]!);
  return {
    head: boxHead(size, options),
    decode(action) {
      const batch = space.createBatch(action.length / size) as NumericArray;
      for (let i = 0; i < batch.length; i++) {
        const value = bounded(action[i]!, i % size);
        batch[i] = whole ? Math.round(value) : value;
      }
      return batch;
    },
  };
}

function boxHead(size: number, { squash = false, noiseEvery, ...options }: ActionHeadOptions): Head {
  if (noiseEvery === undefined) {
    return squash ? squashedGaussianHead(size, options) : gaussianHead(size, options);
  }
  const { initialLogStd = 0, ...other } = options;
  if (squash || Object.keys(other).length > 0) {
    throw new GradbridgeError(
      "option",
      `noiseEvery cannot be used with ${[...(squash ? ["squash"] : []), ...Object.keys(other)].join(", ")}.`,
    );
  }
  return stateDependentGaussianHead(size, { initialLogStd, resampleEvery: noiseEvery });
}
