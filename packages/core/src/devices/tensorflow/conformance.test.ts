import { expect, test } from "vitest";
import { loadPlainTensorFlow } from "../../fixtures/plain-tensorflow.ts";
import { checkBackend } from "../conformance/check-backend.ts";
import { createTensorFlowBackend } from "./backend.ts";

test("conforms to the reference on TensorFlow.js's own cpu backend, and leaves no tensor behind", async () => {
  const tf = await loadPlainTensorFlow();
  const before = tf.memory().numTensors;
  const report = await checkBackend(createTensorFlowBackend(tf));
  expect(report.failed.slice(0, 20)).toEqual([]);
  expect(report.passed).toBeGreaterThan(4000);
  expect(tf.memory().numTensors).toBe(before);
});
