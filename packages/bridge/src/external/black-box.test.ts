import { blackBoxVector } from "@gradbridge/envs";
import { expect, it } from "vitest";
import { train } from "../training/train.ts";

it("trains on an objective that answers later, for a whole batch at once", async () => {
  let calls = 0;
  const returns: (number | null)[] = [];
  const envs = blackBoxVector(
    {
      name: "Mirror-v0",
      outputs: 2,
      context: { size: 2, sample: (generator) => generator.fillUniform(new Float32Array(2), -1, 1) },
      async evaluateBatch(outputs, contexts, count) {
        calls++;
        await new Promise((resolve) => setImmediate(resolve));
        return Float64Array.from({ length: count }, (_, i) => {
          const at = (values: Float32Array, k: number): number => values[2 * i + k]!;
          return -Math.hypot(at(outputs, 0) + at(contexts, 0), at(outputs, 1) + at(contexts, 1));
        });
      },
    },
    32,
  );
  await train({
    env: envs,
    device: "reference",
    rolloutSteps: 8,
    minibatchSize: 64,
    epochs: 5,
    hidden: [16],
    learningRate: 1e-2,
    initialLogStd: -1,
    steps: 10_240,
    callbacks: [
      {
        name: "returns",
        onUpdate: (_run, { returnMean }) => {
          returns.push(returnMean);
        },
      },
    ],
  });
  expect(calls).toBe(320); // one for each step of the vector
  expect(returns[0]).toBeLessThan(-0.7);
  expect(returns.at(-1)).toBeGreaterThan(-0.5); // the noise of σ = e⁻¹ alone costs 0.46
});
