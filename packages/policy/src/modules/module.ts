import { detach, GradbridgeError, noGrad, type Tensor } from "@gradbridge/core";
import type { OnnxGraph, OnnxValue } from "../onnx/onnx-graph.ts";

/** A differentiable function with parameters. */
export interface Module {
  /** Maps a batch; shapes are the module's own. */
  forward(x: Tensor): Tensor;
  /** Every parameter, in a fixed order. */
  parameters(): Tensor[];
  /** Every parameter with its name: parts joined by dots, as in `layers.0.weight`. */
  namedParameters(): [name: string, parameter: Tensor][];
  /** Detached views of the parameters by name: what `saveTensors` takes. */
  stateDict(): Record<string, Tensor>;
  /**
   * Copies values into the parameters.
   * @throws code `state-dict` for missing, unknown or misshapen entries; nothing is changed then.
   */
  loadStateDict(state: { readonly [name: string]: Tensor }): void;
}

/** A module that can be written as ONNX. */
export interface OnnxModule extends Module {
  /** Adds what `forward` computes. */
  toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue;
}

/** The part of a {@link Module} that follows from its parameters. */
export type Parameterized = Omit<Module, "forward">;

/** Names parameters and sub-modules, and gives them the methods of a {@link Module}. */
export function parameterized(parts: { readonly [name: string]: Tensor | Parameterized }): Parameterized {
  const namedParameters = (): [string, Tensor][] =>
    Object.entries(parts).flatMap(([name, part]): [string, Tensor][] =>
      "namedParameters" in part
        ? part.namedParameters().map(([inner, tensor]): [string, Tensor] => [`${name}.${inner}`, tensor])
        : [[name, part]],
    );
  return {
    namedParameters,
    parameters: () => namedParameters().map(([, parameter]) => parameter),
    stateDict: () =>
      Object.fromEntries(namedParameters().map(([name, parameter]) => [name, detach(parameter)])),
    loadStateDict: (state) => load(namedParameters(), state),
  };
}

function load(parameters: readonly [string, Tensor][], state: { readonly [name: string]: Tensor }): void {
  const names = parameters.map(([name]) => name);
  const missing = names.filter((name) => state[name] === undefined);
  const unknown = Object.keys(state).filter((name) => !names.includes(name));
  if (missing.length > 0 || unknown.length > 0) {
    const list = (what: string, items: readonly string[]): string =>
      items.length > 0 ? ` ${what}: ${items.join(", ")}.` : "";
    throw new GradbridgeError(
      "state-dict",
      `loadStateDict: the entries are not this module's.${list("Missing", missing)}${list("Unknown", unknown)} ` +
        "Was it saved from a network of another architecture?",
    );
  }
  for (const [name, parameter] of parameters) {
    const given = state[name]!;
    if (given.dtype !== parameter.dtype || given.shape.join() !== parameter.shape.join()) {
      throw new GradbridgeError(
        "state-dict",
        `loadStateDict: ${name} is ${given.dtype} [${given.shape.join(", ")}], expected ${parameter.dtype} [${parameter.shape.join(", ")}].`,
      );
    }
  }
  noGrad(() => {
    for (const [name, parameter] of parameters) parameter.assign(state[name]!);
  });
}
