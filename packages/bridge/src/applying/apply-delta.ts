import {
  add,
  backward,
  findNonFinite,
  GradbridgeError,
  isTensor,
  mul,
  noGrad,
  sum,
  type Tensor,
} from "@gradbridge/core";
import type { PolicyOutputs } from "@gradbridge/policy";
import { type ApplyMeasures, applyWarnings, measureApplied } from "./apply-report.ts";
import { type ClipOptions, clipDeltas, deltaNorm } from "./clip-deltas.ts";
import { type DeltaPair, type Deltas, pairDeltas, requireFinite } from "./deltas.ts";
import { type Reduction, reductionConstant } from "./reduction.ts";
import { surrogateLoss } from "./surrogate-loss.ts";

/** The ways to drive backpropagation with δ. */
export type ApplyMode = "seed" | "surrogate" | "inner";

/** All of them, in the order of the documentation. */
export const applyModes: readonly ApplyMode[] = ["seed", "surrogate", "inner"];

/** Options of {@link applyDelta}. */
export interface ApplyOptions extends ClipOptions {
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
  /**
   * Ordinary losses of the same step, one number each, minimized as they are: no scale, clipping or reduction touches
   * them. δ and losses go through the graph in one backward pass.
   */
  readonly losses?: Tensor | readonly Tensor[];
  /** Keep the graph for another backward pass. Default false. */
  readonly retainGraph?: boolean;
  /** Who computed δ: named in errors. */
  readonly estimator?: string;
}

/** What was applied. */
export interface ApplyReport {
  readonly mode: ApplyMode;
  /** The number whose gradient was taken, a scalar: with `losses`, their sum in it. Null where none exists: `seed` without losses. */
  readonly loss: Tensor | null;
  /** Euclidean norm of δ over all outputs, after `scale` and before clipping; a scalar tensor, computed when asked for. */
  deltaNorm(): Tensor;
  /**
   * Norms per output before and after clipping, how much was clipped, the pull's share of the surrogate's gradient,
   * what rounding takes from δ: scalar tensors, computed when asked for, nothing read. Inside `compile` call it there and
   * return what it gives.
   */
  measure(): ApplyMeasures;
  /** {@link applyWarnings} of `measure()`: reads them on the host, so not inside `compile`. */
  warnings(): string[];
}

/**
 * Backpropagates from outputs in the direction δ: adds to the gradients of everything the outputs were computed from
 * what makes a *descending* optimizer move the outputs along δ.
 *
 * Outputs may be any tensors of the graph: a policy's heads, or hidden tensors that have other consumers; a δ there adds to
 * what comes from the consumers. Several outputs go in one pass. Ordinary losses join it as `losses`, or accumulate in a
 * pass of their own before or after (the first one with `retainGraph` where they share a graph): the gradients are the same.
 *
 * Everything is checked before anything changes. A compiled function checks values (NaN) in its recorded run alone;
 * a NaN in δ always makes the norm of the parameters' gradients NaN, which is the one number to look at there.
 * @throws DeltaError (code `delta` or `non-finite`) for a wrong δ, naming estimator, output and row; code `option` for a
 *   wrong option; as `backward` for losses that have no gradient. Nothing is changed then.
 */
export function applyDelta(outputs: PolicyOutputs, deltas: Deltas, options: ApplyOptions): ApplyReport {
  checkOptions(options);
  const { mode, reduction = "batch-mean", retainGraph = false, scale = 1 } = options;
  const pairs = pairDeltas(outputs, deltas, options.estimator);
  const constants = pairs.map(({ output }) => reductionConstant(reduction, output.shape));
  const anchors = mode === "surrogate" ? pairs.map((pair) => anchorOf(pair, options)) : null;
  const losses = lossesOf(options);
  const scaled = scale === 1 ? pairs : pairs.map((pair) => ({ ...pair, delta: mul(pair.delta, scale) }));
  requireFinite(scaled, options.estimator);
  const clipped = clipDeltas(scaled, options);

  let loss: Tensor | null = null;
  if (mode === "seed") {
    const seeds = clipped.pairs.map(({ delta }, i) => mul(delta, -constants[i]!));
    backward([...pairs.map(({ output }) => output), ...losses], [...seeds, ...losses.map(() => null)], {
      retainGraph,
    });
    if (losses.length > 0) loss = noGrad(() => total(losses));
  } else {
    const parts = clipped.pairs.map(({ output, delta }, i) =>
      anchors === null
        ? mul(sum(mul(output, delta)), -constants[i]!)
        : surrogateLoss(output, anchors[i]!, delta, { reduction }),
    );
    loss = total([...parts, ...losses]);
    loss.backward(undefined, { retainGraph });
  }
  const measure = (): ApplyMeasures => measureApplied({ scaled, clipped, anchors });
  return {
    mode,
    loss,
    deltaNorm: () => deltaNorm(scaled),
    measure,
    warnings: () => applyWarnings(measure()),
  };
}

/** Their sum, one number. */
function total(losses: readonly Tensor[]): Tensor {
  const scalars = losses.map((loss) => (loss.shape.length === 0 ? loss : loss.reshape([])));
  return scalars.reduce((sumSoFar, loss) => add(sumSoFar, loss));
}

function checkOptions({ mode, anchor = "current", scale = 1 }: ApplyOptions): void {
  if (!applyModes.includes(mode)) {
    throw new GradbridgeError("option", `applyDelta: unknown mode "${mode}". Use ${applyModes.join(", ")}.`);
  }
  if (anchor !== "current" && anchor !== "behavior") {
    throw new GradbridgeError("option", `applyDelta: unknown anchor "${anchor}". Use current or behavior.`);
  }
  if (!Number.isFinite(scale))
    throw new GradbridgeError("option", `applyDelta: scale must be finite, got ${scale}.`);
}

function lossesOf({ losses = [] }: ApplyOptions): readonly Tensor[] {
  const given = isTensor(losses) ? [losses] : losses;
  given.forEach((loss, i) => {
    if (!isTensor(loss) || loss.size !== 1) {
      const what = isTensor(loss) ? `a tensor [${loss.shape.join(", ")}]` : String(loss);
      throw new GradbridgeError(
        "option",
        `applyDelta: loss ${i} must be one number, got ${what}. Reduce it.`,
      );
    }
    if (!loss.requiresGrad) {
      throw new GradbridgeError(
        "option",
        `applyDelta: loss ${i} depends on nothing that requires a gradient.`,
      );
    }
  });
  return given;
}

function anchorOf({ name, output }: DeltaPair, { anchor, behavior }: ApplyOptions): Tensor {
  if (anchor !== "behavior") return output.detach();
  const acted = behavior?.[name];
  const fits =
    acted !== undefined &&
    acted.shape.join() === output.shape.join() &&
    acted.dtype === output.dtype &&
    acted.device === output.device;
  if (!fits) {
    const got =
      acted === undefined ? "nothing" : `${acted.dtype} [${acted.shape.join(", ")}] on ${acted.device}`;
    throw new GradbridgeError(
      "option",
      `applyDelta: anchor "behavior" needs behavior.${name}, the output ${output.dtype} [${output.shape.join(", ")}] on ` +
        `${output.device} that acted, got ${got}.`,
    );
  }
  const found = findNonFinite(acted);
  if (found !== null) {
    throw new GradbridgeError(
      "non-finite",
      `applyDelta: behavior.${name} is ${found.value} at position ${found.index}. Nothing was changed.`,
    );
  }
  return acted.detach();
}
