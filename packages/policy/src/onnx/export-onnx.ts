import { GradbridgeError } from "@gradbridge/core";
import type { Policy } from "../policy.ts";
import { OnnxGraph } from "./onnx-graph.ts";

/**
 * Writes a policy to an ONNX file (opset 17), whole or not at all: `observation` [batch, observationSize] in float32 →
 * every output of `forward` by its name, batch free. What follows (drawing, tanh, clipping) is not part of it. Node
 * only; elsewhere use {@link serializeOnnx}.
 * @throws code `onnx` as {@link serializeOnnx}.
 */
export async function exportOnnx(policy: Policy, path: string): Promise<void> {
  const bytes = serializeOnnx(policy);
  const { default: writeFileAtomic } = await import("write-file-atomic");
  await writeFileAtomic(path, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/**
 * The bytes of the file that {@link exportOnnx} writes.
 * @throws code `onnx` for a policy, or a part of one, that does not say how it is written, or whose parameters are not
 *   float32.
 */
export function serializeOnnx(policy: Policy): Uint8Array {
  if (policy.toOnnx === undefined) {
    throw new GradbridgeError("onnx", "exportOnnx: this policy has no toOnnx, so it cannot be written.");
  }
  const other = policy.namedParameters().find(([, { dtype }]) => dtype !== "float32");
  if (other !== undefined) {
    throw new GradbridgeError(
      "onnx",
      `exportOnnx: parameters must be float32, ${other[0]} is ${other[1].dtype}.`,
    );
  }
  const graph = new OnnxGraph();
  const observation = graph.input("observation", ["batch", policy.observationSize]);
  for (const [name, { value, shape }] of Object.entries(policy.toOnnx(graph, observation))) {
    graph.output(name, value, shape);
  }
  return graph.model();
}
