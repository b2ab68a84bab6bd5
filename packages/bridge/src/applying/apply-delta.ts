import {
  add,
  backward,
  findNonFinite,
  GradbridgeError,
  maximum,
  minimum,
  mul,
  noGrad,
  sqrt,
  square,
  sum,
  type Tensor,
} from "@gradbridge/core";
import type { PolicyOutputs } from "@gradbridge/policy";
import { type DeltaPair, type Deltas, pairDeltas } from "./deltas.ts";
import { type Reduction, reductionConstant } from "./reduction.ts";
import { surrogateLoss } from "./surrogate-loss.ts";

/** The ways to drive backpropagation with δ. */
export type ApplyMode = "seed" | "surrogate" | "inner";

/** All of them, in the order of the documentation. */
export const applyModes: readonly ApplyMode[] = ["seed", "surrogate", "inner"];

/** Options of {@link applyDelta}. */
export interface ApplyOptions {
  /**
   * `seed`: `y.backward(−δ c)`, no loss exists. `surrogate`: ½‖y − (ỹ + δ)‖² c, differentiated. `inner`: −⟨δ, y⟩ c,
   * differentiated. c is the reduction's constant. All three agree at y = ỹ to first order.
   */
  readonly mode: ApplyMode;
  /**
   * ỹ of the surrogate: `current` takes y itself (detached), so that only −δ is left; `behavior` takes the outputs
   * that acted, which adds the pull y − ỹ. Default `current`.
   */
  readonly anchor?: "current" | "behavior";
  /** The outputs that acted, by name; needed for `anchor: "behavior"`. */
  readonly behavior?: PolicyOutputs;
  /** Default `batch-mean`. */
  readonly reduction?: Reduction;
  /** ε: multiplies every δ. Default 1. */
  readonly scale?: number;
  /** δ, all outputs together, is scaled down to this Euclidean norm where it is longer (after `scale`, before the reduction). */
  readonly maxNorm?: number;
}

/** What was applied. */
export interface ApplyReport {
  readonly mode: ApplyMode;
  /** The number whose gradient was taken, a scalar; null in `seed` mode, where none exists. */
  readonly loss: Tensor | null;
  /** Euclidean norm of δ over all outputs, after `scale` and before clipping; a scalar tensor, computed when asked for. */
  deltaNorm(): Tensor;
}

/**
 * Backpropagates from a policy's outputs in the direction δ: adds to the gradients of everything the outputs were
 * computed from what makes a *descending* optimizer move the outputs along δ. Ordinary losses may be backpropagated
 * in the same step before or after (keep the graph where they share it).
 * @throws code `delta` for a wrong or non-finite δ, `option` for a wrong option. Nothing is changed then.
 */
export function applyDelta(outputs: PolicyOutputs, deltas: Deltas, options: ApplyOptions): ApplyReport {
  const { mode, reduction = "batch-mean" } = options;
  if (!applyModes.includes(mode)) {
    throw new GradbridgeError("option", `applyDelta: unknown mode "${mode}". Use ${applyModes.join(", ")}.`);
  }
  const scaled = scalePairs(pairDeltas(outputs, deltas), options);
  checkFinite(scaled);
  const pairs = clipPairs(scaled, options);
  const constants = pairs.map(({ output }) => reductionConstant(reduction, output.shape));
  let loss: Tensor | null = null;
  if (mode === "seed") {
    backward(
      pairs.map(({ output }) => output),
      pairs.map(({ delta }, i) => mul(delta, -constants[i]!)),
    );
  } else {
    const parts = pairs.map((pair, i) =>
      mode === "inner"
        ? mul(sum(mul(pair.output, pair.delta)), -constants[i]!)
        : surrogateLoss(pair.output, anchorOf(pair, options), pair.delta, { reduction }),
    );
    loss = parts.reduce((total, part) => add(total, part));
    loss.backward();
  }
  return { mode, loss, deltaNorm: () => norm(scaled) };
}

function scalePairs(pairs: readonly DeltaPair[], { scale = 1 }: ApplyOptions): readonly DeltaPair[] {
  if (!Number.isFinite(scale))
    throw new GradbridgeError("option", `applyDelta: scale must be finite, got ${scale}.`);
  const detached = pairs.map((pair) => ({ ...pair, delta: pair.delta.detach() }));
  return scale === 1 ? detached : detached.map((pair) => ({ ...pair, delta: mul(pair.delta, scale) }));
}

function clipPairs(pairs: readonly DeltaPair[], { maxNorm }: ApplyOptions): readonly DeltaPair[] {
  if (maxNorm === undefined) return pairs;
  if (!(maxNorm > 0))
    throw new GradbridgeError("option", `applyDelta: maxNorm must be above 0, got ${maxNorm}.`);
  // min(1, maxNorm / norm), also where the norm is 0
  const factor = minimum(mul(maximum(norm(pairs), 1e-30).reciprocal(), maxNorm), 1);
  return pairs.map((pair) => ({ ...pair, delta: mul(pair.delta, factor) }));
}

function norm(pairs: readonly DeltaPair[]): Tensor {
  return noGrad(() =>
    sqrt(pairs.map(({ delta }) => sum(square(delta))).reduce((total, part) => add(total, part))),
  );
}

function anchorOf({ name, output }: DeltaPair, { anchor = "current", behavior }: ApplyOptions): Tensor {
  if (anchor === "current") return output.detach();
  const acted = behavior?.[name];
  if (acted === undefined || acted.shape.join() !== output.shape.join()) {
    throw new GradbridgeError(
      "option",
      `applyDelta: anchor "behavior" needs behavior.${name}, the output [${output.shape.join(", ")}] that acted, ` +
        `got ${acted === undefined ? "nothing" : `[${acted.shape.join(", ")}]`}.`,
    );
  }
  return acted;
}

/** Names the output and the row of a δ that is NaN or infinite. */
function checkFinite(pairs: readonly DeltaPair[]): void {
  for (const { name, delta } of pairs) {
    const found = findNonFinite(delta);
    if (found === null) continue;
    const width = delta.size / (delta.shape[0] ?? 1);
    throw new GradbridgeError(
      "non-finite",
      `δ for "${name}" is ${found.value} in row ${Math.floor(found.index / width)}, element ${found.index % width}.`,
    );
  }
}
