import { compile, GradbridgeError, noGrad, type Tensor } from "@gradbridge/core";
import type { Policy, PolicyOutputs } from "@gradbridge/policy";

/** A policy's network, for acting. */
export interface Inference {
  /** `policy.forward` without a graph. The outputs are overwritten by the next call with as many rows. */
  readonly forward: (observation: Tensor) => PolicyOutputs;
  /** Where the parameters are; undefined for a policy without any. */
  readonly device: string | undefined;
}

const inferences = new WeakMap<Policy, Inference>();

/** Why a function cannot be compiled: it reads values on the host, or makes tensors of host data. */
const cannotCompile: readonly string[] = ["data-dependent", "host-data"];

/** Whether this error says that a function computes on the host, so that it has to run every time. */
export function computesOnHost(error: unknown): boolean {
  return error instanceof GradbridgeError && cannotCompile.includes(error.code);
}

/** The policy's network, compiled once per policy and number of rows where it can be. */
export function inferenceOf(policy: Policy): Inference {
  let inference = inferences.get(policy);
  if (inference === undefined) {
    inference = { forward: compiledForward(policy), device: policy.parameters()[0]?.device };
    inferences.set(policy, inference);
  }
  return inference;
}

function compiledForward(policy: Policy): Inference["forward"] {
  const compiled = compile(policy.forward);
  let compiles = true;
  return (observation) =>
    noGrad(() => {
      if (!compiles) return policy.forward(observation);
      try {
        return compiled(observation);
      } catch (error) {
        if (!computesOnHost(error)) throw error;
        compiles = false;
        return policy.forward(observation);
      }
    });
}
