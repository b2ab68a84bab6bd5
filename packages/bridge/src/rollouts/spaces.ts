import { GradbridgeError, type Tensor } from "@gradbridge/core";
import { categoricalHead, gaussianHead, type Head } from "@gradbridge/policy";
import { Box, Discrete, type Space } from "gymnasium-js";

/** How observations of a space become rows of numbers for a network. */
export interface ObservationEncoder {
  /** Numbers per observation. */
  readonly size: number;
  /** Writes B observations, as a vector environment batches them, to [B, size]. */
  encode(batch: unknown, out: Float32Array): void;
}

/** How actions of a policy become actions of a space. */
export interface ActionDecoder {
  readonly head: Head;
  /** B actions as the environments take them, in an array that the next call reuses. */
  decode(action: Int32Array | Float32Array): Int32Array | Float32Array | Float64Array;
}

/**
 * Boxes are flattened to float32, `Discrete` becomes one-hot.
 * @throws code `space` for other spaces: flatten them with a wrapper first.
 */
export function observationEncoder(space: Space): ObservationEncoder {
  if (space instanceof Box) {
    return { size: elements(space.shape), encode: (batch, out) => out.set(batch as ArrayLike<number>) };
  }
  if (space instanceof Discrete) {
    const { n, start } = space;
    return {
      size: n,
      encode: (batch, out) => {
        out.fill(0);
        const states = batch as ArrayLike<number>;
        for (let row = 0; row < states.length; row++) out[row * n + states[row]! - start] = 1;
      },
    };
  }
  throw unsupported("observation", space);
}

/**
 * `Discrete` takes a categorical policy, `Box` a Gaussian one whose actions are clipped to the bounds.
 * @throws code `space` for other spaces.
 */
export function actionDecoder(
  space: Space,
  options: { readonly initialLogStd?: number } = {},
): ActionDecoder {
  if (space instanceof Discrete) {
    const { n, start } = space;
    return {
      head: categoricalHead(n),
      decode: (action) => (start === 0 ? action : action.map((index) => index + start)),
    };
  }
  if (space instanceof Box) {
    const size = elements(space.shape);
    const { low, high } = space;
    return {
      head: gaussianHead(size, options),
      decode: (action) => {
        const clipped = Float32Array.from(action);
        for (let i = 0; i < clipped.length; i++) {
          clipped[i] = Math.min(Math.max(clipped[i]!, Number(low[i % size])), Number(high[i % size]));
        }
        return clipped;
      },
    };
  }
  throw unsupported("action", space);
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function unsupported(role: string, space: Space): GradbridgeError {
  return new GradbridgeError(
    "space",
    `A policy cannot be made for the ${role} space ${space}: ${role === "action" ? "Discrete and Box" : "Box and Discrete"} ` +
      "are supported. Wrap the environment so that it has one of these.",
  );
}

/** The typed array behind an action tensor. */
export function actionValues(action: Tensor): Int32Array | Float32Array {
  return action.dataSync() as Int32Array | Float32Array;
}
