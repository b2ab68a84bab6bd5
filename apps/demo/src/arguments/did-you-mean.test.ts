import { expect, it } from "vitest";
import { didYouMean } from "./did-you-mean.ts";

it.each([
  ["pppo", "ppo"],
  ["REINFORCE", "reinforce"],
  ["renforce", "reinforce"],
  ["rienforce", "reinforce"],
])("%s is near %s", (word, meant) => {
  expect(didYouMean(word, ["ppo", "reinforce"])).toBe(` (Did you mean ${meant}?)`);
});

it.each([["sarsa"], [""], ["p"], ["reinforcement-learning"]])("%j is near nothing", (word) => {
  expect(didYouMean(word, ["ppo", "reinforce"])).toBe("");
});

it("takes the nearest, not the first", () => {
  expect(didYouMean("run-12", ["run-1", "run-123", "run-12a", "other"])).toBe(" (Did you mean run-1?)");
  expect(didYouMean("surogate", ["seed", "surrogate", "inner"])).toBe(" (Did you mean surrogate?)");
});
