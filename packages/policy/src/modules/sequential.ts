import { GradbridgeError, type Tensor } from "@gradbridge/core";
import { type Module, type OnnxModule, parameterized } from "./module.ts";

/** Modules one after the other; parameters are named `layers.0.…`, `layers.1.…`. */
export function sequential(...layers: readonly Module[]): OnnxModule {
  return {
    forward: (x: Tensor) => layers.reduce((value, layer) => layer.forward(value), x),
    toOnnx: (graph, x) =>
      layers.reduce((value, layer, i) => {
        if ("toOnnx" in layer) return (layer as OnnxModule).toOnnx(graph, value);
        throw new GradbridgeError("onnx", `exportOnnx: layer ${i} has no toOnnx, so it cannot be written.`);
      }, x),
    ...parameterized({ layers: parameterized(Object.fromEntries(layers.map((layer, i) => [i, layer]))) }),
  };
}
