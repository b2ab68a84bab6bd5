import { mode } from "../autograd/mode.ts";
import { type Differentiable, Node } from "../autograd/node.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkSameDevice } from "./launch.ts";

/**
 * An operation: its forward in kernels and its derivative in operations, side by side. The derivative is a
 * required field, so forgetting it does not compile; an operation that has none says `vjp: null`.
 */
export interface Operation<Attributes> {
  readonly name: string;
  /** Computes the output. Inputs are on one device. */
  forward(inputs: readonly Tensor[], attributes: Attributes): Tensor;
  /** The part of the derivative that all inputs share, if any: `vjp` then gets its result for the cotangent. */
  readonly shared?: (cotangent: Tensor, node: OperationNode<Attributes>) => Tensor;
  /**
   * ∂⟨cotangent, output⟩/∂input[index], null where no gradient flows to that input; the node gives inputs, output and
   * attributes as they were.
   */
  readonly vjp: ((cotangent: Tensor, node: OperationNode<Attributes>, index: number) => Tensor | null) | null;
}

/** A {@link Node} that knows the type of its operation's attributes. */
export type OperationNode<Attributes> = Node & { readonly attributes: Attributes };

/** Runs an operation and records it where a gradient may be asked for. */
export function perform<Attributes>(
  operation: Operation<Attributes>,
  inputs: readonly Tensor[],
  attributes: Attributes,
): Tensor {
  if (inputs.length > 1) checkSameDevice(operation.name, inputs);
  const output = operation.forward(inputs, attributes);
  if (mode.recording && operation.vjp !== null) {
    for (let i = 0; i < inputs.length; i++) {
      if (inputs[i].requiresGrad) {
        output.node = new Node(operation as Differentiable, inputs, attributes, output);
        break;
      }
    }
  }
  return output;
}
