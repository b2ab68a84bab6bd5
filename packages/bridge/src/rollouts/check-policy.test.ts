import {
  actorCritic,
  categoricalHead,
  gaussianHead,
  type Head,
  multiCategoricalHead,
} from "@gradbridge/policy";
import { describe, expect, it } from "vitest";
import { evaluate } from "../evaluation/evaluate.ts";
import { train } from "../training/train.ts";

const policyOf = (observationSize: number, head: Head) => actorCritic({ observationSize, head, hidden: [4] });

describe("a policy that does not fit the environment is refused before anything is learned", () => {
  it.each([
    ["CartPole-v1", 3, categoricalHead(2), /observations of 3 numbers, the environment gives 4/],
    [
      "CartPole-v1",
      4,
      categoricalHead(3),
      /actions are int32 \[\] among 3, which is nothing for .*Discrete\(2\)/,
    ],
    ["CartPole-v1", 4, gaussianHead(1), /actions are float32 \[1\], which is nothing for .*Discrete\(2\)/],
    ["CartPole-v1", 4, multiCategoricalHead([2]), /actions are int32 \[1\] among 2/],
    ["Pendulum-v1", 3, gaussianHead(2), /actions are float32 \[2\], which is nothing for .*Box/],
    ["Pendulum-v1", 3, categoricalHead(1), /actions are int32 \[\] among 1/],
  ])("%s, observations of %i numbers", async (env, size, head, message) => {
    const policy = policyOf(size, head);
    const settings = { steps: 8, numEnvs: 2, rolloutSteps: 4, evalEpisodes: 0, hidden: [4] };
    await expect(train({ env, policy, ...settings })).rejects.toMatchObject({ code: "policy", message });
    expect(() => evaluate(policy, env, { episodes: 1 })).toThrow(message);
  });
});
