import { checkSequences, type Sequences } from "./sequences.ts";

/** Advantages and the value targets that go with them, both [T, B]. */
export interface Advantages {
  readonly advantage: Float32Array;
  /** advantage + value. */
  readonly return: Float32Array;
}

/**
 * Generalized advantage estimation (Schulman et al. 2016, eq. 16) over T steps of B environments.
 *
 * δₜ = rₜ + γ (1 − terminatedₜ) v(sₜ₊₁) − v(sₜ);  Aₜ = δₜ + γ λ (1 − doneₜ) Aₜ₊₁, with A_T = 0, done = terminated or
 * truncated. λ = 1 gives the Monte-Carlo return minus the value, λ = 0 the one-step error.
 * @throws code `shape` for arrays that are missing or not [T, B]; `option` for γ or λ outside [0, 1].
 */
export function gae(
  sequences: Sequences,
  { gamma, lambda }: { readonly gamma: number; readonly lambda: number },
): Advantages {
  const { steps, numEnvs, reward, terminated, truncated, value, nextValue } = sequences;
  checkSequences(
    "gae",
    { steps, numEnvs, reward, terminated, truncated, value, nextValue },
    { gamma, lambda },
  );
  const advantage = new Float32Array(steps * numEnvs);
  const returns = new Float32Array(steps * numEnvs);
  for (let env = 0; env < numEnvs; env++) {
    let following = 0;
    for (let t = steps - 1; t >= 0; t--) {
      const i = t * numEnvs + env;
      const alive = terminated[i] === 1 ? 0 : 1;
      if (alive === 0 || truncated[i] === 1) following = 0;
      const error = reward[i]! + gamma * alive * nextValue[i]! - value[i]!;
      following = error + gamma * lambda * following;
      advantage[i] = following;
      returns[i] = following + value[i]!;
    }
  }
  return { advantage, return: returns };
}
