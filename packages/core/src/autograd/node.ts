import { GradbridgeError } from "@gradbridge/random";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { mode } from "./mode.ts";

/** The part of an operation that a backward pass needs. */
export interface Differentiable {
  readonly name: string;
  /** Turns the cotangent, once, into what `vjp` wants for every input. */
  shared?(cotangent: Tensor, node: Node): Tensor;
  /**
   * The vector-Jacobian product: ∂⟨cotangent, output⟩/∂input[index], in input[index]'s shape, written in
   * operations so that it can be differentiated again. Null: no gradient flows to this input.
   */
  vjp(cotangent: Tensor, node: Node, index: number): Tensor | null;
}

let created = 0;

function edgesTo(inputs: readonly Tensor[]): (Node | Tensor)[] {
  const edges: (Node | Tensor)[] = [];
  for (const input of inputs) {
    if (input.node !== null) edges.push(input.node);
    else if (input.requiresGrad) edges.push(input);
  }
  return edges;
}

/** One recorded operation: its inputs, its output, and how to pull a cotangent back through it. */
export class Node {
  /** Consumers have larger numbers than producers, so descending order is a valid backward order. */
  readonly id: number = created++;
  readonly operation: Differentiable;
  readonly attributes: unknown;
  readonly inputShapes: readonly Shape[];
  /** Where the operation was called; only under `detectAnomaly`. */
  readonly origin: string | undefined;
  #inputs: readonly Tensor[] | null;
  #output: Tensor | null;
  #edges: readonly (Node | Tensor)[] | null = null;
  readonly #versions: readonly number[];
  readonly #outputVersion: number;

  constructor(operation: Differentiable, inputs: readonly Tensor[], attributes: unknown, output: Tensor) {
    this.operation = operation;
    this.attributes = attributes;
    this.#inputs = inputs;
    this.#output = output;
    this.inputShapes = inputs.map((input) => input.shape);
    this.#versions = inputs.map((input) => input.storage.version);
    this.#outputVersion = output.storage.version;
    this.origin = mode.anomaly ? new Error(operation.name).stack : undefined;
  }

  get freed(): boolean {
    return this.#inputs === null;
  }

  /** The inputs as edges of the graph: their values may have changed. Empty once freed. */
  get inputs(): readonly Tensor[] {
    return this.#inputs ?? [];
  }

  /** Where gradients flow to: what made the inputs, or the inputs themselves where they are leaves. Known when freed too. */
  get edges(): readonly (Node | Tensor)[] {
    return this.#edges ?? edgesTo(this.inputs);
  }

  /** The output as a vertex of the graph. */
  get target(): Tensor | null {
    return this.#output;
  }

  /** The value of an input, as it was when the operation ran. */
  input(index: number): Tensor {
    const input = this.inputs[index];
    this.#checkVersion(`input ${index}`, input.storage.version, this.#versions[index]);
    return input;
  }

  /** The value of the output, as it was when the operation ran. */
  output(): Tensor {
    const output = this.#output!;
    this.#checkVersion("result", output.storage.version, this.#outputVersion);
    return output;
  }

  /** Lets go of everything saved; only the shape of the graph stays. */
  free(): void {
    this.#edges = edgesTo(this.inputs);
    this.#inputs = null;
    this.#output = null;
  }

  #checkVersion(what: string, now: number, then: number): void {
    if (now === then) return;
    throw new GradbridgeError(
      "changed-in-place",
      `backward: the ${what} of ${this.operation.name} was changed in place (version ${then} was saved, it is now at ${now}), ` +
        "so its derivative is lost. Change it after backward, or compute on a copy.",
    );
  }
}
