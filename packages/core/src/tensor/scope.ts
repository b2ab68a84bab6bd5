import { active } from "./recording.ts";
import type { Tensor } from "./tensor.ts";

/**
 * Scopes release memory early: every tensor made inside one is released at its end unless it is kept.
 * They are an optimization that the library's own loops use; user code never needs one, because memory that
 * becomes unreachable is reclaimed anyway.
 */
const scopes: Tensor[][] = [];

/** Adds a new tensor to the innermost scope, or to the recording, which then decides how long it lives. */
export function track(tensor: Tensor): void {
  if (active.recording !== null) {
    active.recording.created.push(tensor);
    return;
  }
  if (scopes.length > 0) scopes[scopes.length - 1].push(tensor);
}

/** Every tensor in a nested structure of arrays and plain objects. */
export function tensorsIn(
  value: unknown,
  isTensor: (value: unknown) => value is Tensor,
  found: Tensor[] = [],
): Tensor[] {
  if (isTensor(value)) found.push(value);
  else if (Array.isArray(value)) for (const item of value) tensorsIn(item, isTensor, found);
  else if (value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    for (const item of Object.values(value)) tensorsIn(item, isTensor, found);
  }
  return found;
}

/** Runs a function of the user's in the middle of a scope: what it makes is its own, and outlives the scope. */
export function keepingAll<R>(fn: () => R): R {
  const created: Tensor[] = [];
  scopes.push(created);
  try {
    return fn();
  } finally {
    scopes.pop();
    for (const tensor of created) tensor.kept = true;
  }
}

/** Runs `fn` in a scope of its own. `survivors` says which tensors its result needs; they move to the scope outside. */
export function withScope<R>(fn: () => R, survivors: (result: R) => Set<Tensor>): R {
  const created: Tensor[] = [];
  scopes.push(created);
  let kept: Set<Tensor> | null = null;
  try {
    const result = fn();
    if (created.length > 0) kept = survivors(result);
    return result;
  } finally {
    scopes.pop();
    for (const tensor of created) {
      if (tensor.kept) continue;
      if (kept?.has(tensor)) track(tensor);
      else tensor.release();
    }
  }
}
