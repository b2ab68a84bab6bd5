import type { Tensor } from "@gradbridge/core";
import { type Module, parameterized } from "./module.ts";

/** Modules one after the other; parameters are named `layers.0.…`, `layers.1.…`. */
export function sequential(...layers: readonly Module[]): Module {
  return {
    forward: (x: Tensor) => layers.reduce((value, layer) => layer.forward(value), x),
    ...parameterized({ layers: parameterized(Object.fromEntries(layers.map((layer, i) => [i, layer]))) }),
  };
}
