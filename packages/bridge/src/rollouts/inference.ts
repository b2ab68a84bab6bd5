import { compile, GradbridgeError, noGrad, type Tensor } from "@gradbridge/core";
import type { Distribution, Policy, PolicyOutputs } from "@gradbridge/policy";

/** What a policy puts out for some rows. */
export interface Inferred {
  /** All that acting needs: `value` is left out where that saves time. */
  readonly outputs: PolicyOutputs;
  /** Of these outputs, without mask and noise; only `draw` from it. */
  readonly distribution: Distribution;
}

/** Why a function cannot be compiled: it reads values on the host, or makes tensors of host data. */
const cannotCompile: readonly string[] = ["data-dependent", "host-data"];

/** Whether this error says that a function computes on the host, so that it has to run every time. */
export function computesOnHost(error: unknown): boolean {
  return error instanceof GradbridgeError && cannotCompile.includes(error.code);
}

const inferences = new WeakMap<Policy, Inference>();

/** The policy's network, compiled once per policy and number of rows where it can be. */
export function inferenceOf(policy: Policy): Inference {
  let inference = inferences.get(policy);
  if (inference === undefined) {
    inference = new Inference(policy);
    inferences.set(policy, inference);
  }
  return inference;
}

/** A policy's network without a graph: `act` and `value` each compute what they give, and no more where they are compiled. */
export class Inference {
  /** Where the parameters are; undefined for a policy without any. */
  readonly device: string | undefined;
  /** The outputs are overwritten by the next call with as many rows. */
  readonly act: (observation: Tensor) => Inferred;
  /** v, [rows], of a policy that has it; overwritten likewise. */
  readonly value: (observation: Tensor) => Tensor;

  constructor(policy: Policy) {
    this.device = policy.parameters()[0]?.device;
    const recorded = new Map<number, Inferred>(); // by number of rows: every replay fills its tensors anew
    const record = compile((observation: Tensor): readonly Tensor[] => {
      const { value: _, ...outputs } = policy.forward(observation);
      const distribution = policy.distribution(outputs);
      recorded.set(observation.shape[0]!, { outputs, distribution });
      return [...Object.values(outputs), ...distribution.drawnFrom];
    });
    this.act = whereItCompiles(
      (observation) => {
        record(observation);
        return recorded.get(observation.shape[0]!)!;
      },
      (observation) => {
        const outputs = policy.forward(observation);
        return { outputs, distribution: policy.distribution(outputs) };
      },
    );
    const value = (observation: Tensor): Tensor => policy.forward(observation).value!;
    this.value = whereItCompiles(compile(value), value);
  }
}

/** The compiled function; from when that turns out to compute on the host, the one that runs every time. */
function whereItCompiles<R>(
  compiled: (observation: Tensor) => R,
  everyTime: (observation: Tensor) => R,
): (observation: Tensor) => R {
  let compiles = true;
  return (observation) =>
    noGrad(() => {
      if (!compiles) return everyTime(observation);
      try {
        return compiled(observation);
      } catch (error) {
        if (!computesOnHost(error)) throw error;
        compiles = false;
        return everyTime(observation);
      }
    });
}
