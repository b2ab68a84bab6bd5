import { type DefinedKernel, defineKernel } from "@gradbridge/core";

/**
 * Generalized advantage estimation (Schulman et al. 2016), one invocation for each environment, backwards through [T, B]:
 * δ = r + γ v' − v, with v' = 0 where the episode terminated; A = δ + γ λ A', with A' = 0 where it ended in whatever way;
 * the return is A + v. `ended`: 0, 1 terminated, 2 cut off; `nextValue` is that of the observation before any reset.
 */
export const advantages: DefinedKernel<
  {
    readonly reward: "float32";
    readonly ended: "int32";
    readonly value: "float32";
    readonly nextValue: "float32";
  },
  { readonly advantage: "float32"; readonly returns: "float32" },
  {
    readonly gamma: "float32";
    readonly lambda: "float32";
    readonly steps: "int32";
    readonly environments: "int32";
  }
> = defineKernel({
  name: "advantages",
  inputs: { reward: "float32", ended: "int32", value: "float32", nextValue: "float32" },
  outputs: { advantage: "float32", returns: "float32" },
  numbers: { gamma: "float32", lambda: "float32", steps: "int32", environments: "int32" },
  wgsl: {
    body: `var later = 0.0;
for (var t = u.steps - 1; t >= 0; t--) {
  let at = u32(t * u.environments) + i;
  let bootstrap = select(nextValue[at], 0.0, ended[at] == 1);
  let surprise = reward[at] + u.gamma * bootstrap - value[at];
  later = surprise + select(0.0, u.gamma * u.lambda * later, ended[at] == 0);
  advantage[at] = later;
  returns[at] = later + value[at];
}`,
  },
  host(i, { reward, ended, value, nextValue, advantage, returns }, { gamma, lambda, steps, environments }) {
    let later = 0;
    for (let t = steps - 1; t >= 0; t--) {
      const at = t * environments + i;
      const surprise = reward[at]! + gamma * (ended[at] === 1 ? 0 : nextValue[at]!) - value[at]!;
      later = surprise + (ended[at] === 0 ? gamma * lambda * later : 0);
      advantage[at] = later;
      returns[at] = later + value[at]!;
    }
  },
});
