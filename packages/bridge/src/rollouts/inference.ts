import { compile, GradbridgeError, noGrad, type Tensor } from "@gradbridge/core";
import type { Policy, PolicyOutputs } from "@gradbridge/policy";

type Forward = (observation: Tensor) => PolicyOutputs;

const forwards = new WeakMap<Policy, Forward>();

/** Why a function cannot be compiled: it reads values on the host, or makes tensors of host data. */
const cannotCompile: readonly string[] = ["data-dependent", "host-data"];

/** Whether this error says that a function computes on the host, so that it has to run every time. */
export function computesOnHost(error: unknown): boolean {
  return error instanceof GradbridgeError && cannotCompile.includes(error.code);
}

/**
 * `policy.forward` without a graph, compiled once per number of rows where it can be. The outputs are overwritten by
 * the next call with as many rows.
 */
export function inferenceOf(policy: Policy): Forward {
  let forward = forwards.get(policy);
  if (forward === undefined) {
    const eager: Forward = (observation) => noGrad(() => policy.forward(observation));
    const compiled = compile(policy.forward);
    let current: Forward = (observation) => {
      try {
        return noGrad(() => compiled(observation));
      } catch (error) {
        if (!computesOnHost(error)) throw error;
        current = eager;
        return eager(observation);
      }
    };
    forward = (observation) => current(observation);
    forwards.set(policy, forward);
  }
  return forward;
}
