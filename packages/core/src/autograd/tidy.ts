import { tensorsIn, withScope } from "../tensor/scope.ts";
import { isTensor, type Tensor } from "../tensor/tensor.ts";

/**
 * Runs `fn` and releases at once every tensor made in it that the result (a tensor, or arrays and plain objects of
 * them) does not need, gradients and leaves that require one excepted. Never necessary, since unreachable memory is
 * reclaimed anyway; it keeps a hot loop in cache.
 */
export function tidy<R>(fn: () => R): R {
  return withScope(fn, reachableFrom);
}

/** Every tensor that the results of a scope need: themselves and, where they can be differentiated, their graph. */
function reachableFrom(result: unknown): Set<Tensor> {
  const found = new Set(tensorsIn(result, isTensor));
  const pending = [...found];
  for (let tensor = pending.pop(); tensor !== undefined; tensor = pending.pop()) {
    for (const next of [...(tensor.node?.inputs ?? []), ...(tensor.grad === null ? [] : [tensor.grad])]) {
      if (!found.has(next)) {
        found.add(next);
        pending.push(next);
      }
    }
  }
  return found;
}
