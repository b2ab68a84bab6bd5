import { checkSequences, type Sequences } from "./sequences.ts";

/**
 * Returns over T steps of B environments.
 *
 * Gₜ = rₜ + γ · (0 where terminated, v(final observation) where truncated, Gₜ₊₁ otherwise), with G_T = v(s_T) for the
 * step after the last.
 *
 * `nextValue` gives v; without it what follows a truncation or the last step counts as 0.
 * @param sequences reward, terminated, truncated and (optional) nextValue, each [T, B] row-major
 * @returns [T, B]
 * @throws code `shape` for arrays that are missing or not [T, B]; `option` for γ outside [0, 1].
 */
export function discountedReturns(
  sequences: Omit<Sequences, "value" | "nextValue"> & { readonly nextValue?: Float32Array },
  { gamma }: { readonly gamma: number },
): Float32Array {
  const { steps, numEnvs, reward, terminated, truncated, nextValue } = sequences;
  const arrays = { reward, terminated, truncated, ...(nextValue && { nextValue }) };
  checkSequences("discountedReturns", { steps, numEnvs, ...arrays }, { gamma });
  const returns = new Float32Array(steps * numEnvs);
  for (let env = 0; env < numEnvs; env++) {
    let following = 0;
    for (let t = steps - 1; t >= 0; t--) {
      const i = t * numEnvs + env;
      if (terminated[i] === 1) following = 0;
      else if (truncated[i] === 1 || t === steps - 1) following = nextValue?.[i] ?? 0;
      following = reward[i]! + gamma * following;
      returns[i] = following;
    }
  }
  return returns;
}
