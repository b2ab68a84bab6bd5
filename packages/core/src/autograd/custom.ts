import { GradbridgeError } from "@gradbridge/random";
import { detach } from "../ops/detach.ts";
import { type Operation, type OperationNode, perform } from "../ops/operation.ts";
import { keepingAll } from "../tensor/scope.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import { isTensor, type Tensor } from "../tensor/tensor.ts";
import { noGrad } from "./mode.ts";

/** A differentiable function with a derivative of its own. */
export interface FunctionDefinition<Inputs extends readonly Tensor[]> {
  /** Named in error messages. */
  readonly name: string;
  /** The value. Runs without recording: its inner operations are not differentiated. */
  forward(...inputs: Inputs): Tensor;
  /**
   * One gradient per input, in its shape and dtype; null where there is none. Called once per backward pass. Written in
   * operations, it can be differentiated again.
   */
  backward(
    cotangent: Tensor,
    context: { readonly inputs: Inputs; readonly output: Tensor },
  ): readonly (Tensor | null)[];
}

/** What `backward` returned in the latest pass, while the engine asks for it input by input. */
interface Answer {
  gradients: readonly (Tensor | null)[];
}

/**
 * Makes a function whose derivative is `backward` instead of what its operations would give.
 * @throws from the call, code `custom-gradient`, where `forward` returns no tensor; from the backward pass, where
 *   `backward` returns the wrong number of gradients, or one of another shape, dtype or device.
 */
export function defineFunction<Inputs extends readonly Tensor[]>(
  definition: FunctionDefinition<Inputs>,
): (...inputs: Inputs) => Tensor {
  const { name } = definition;
  const operation: Operation<Answer> = {
    name,
    forward: (inputs) => {
      const output = noGrad(() => definition.forward(...(inputs as unknown as Inputs)));
      if (!isTensor(output))
        throw new GradbridgeError("custom-gradient", `${name}: forward must return a tensor.`);
      return detach(output); // a handle of its own, even where an input or a captured tensor is returned
    },
    shared: (cotangent, node) => {
      node.attributes.gradients = ask(definition, cotangent, node);
      return cotangent;
    },
    vjp: (_cotangent, node, index) => node.attributes.gradients[index],
  };
  return (...inputs) => perform(operation, inputs, { gradients: [] });
}

function ask<Inputs extends readonly Tensor[]>(
  definition: FunctionDefinition<Inputs>,
  cotangent: Tensor,
  node: OperationNode<Answer>,
): readonly (Tensor | null)[] {
  const { name } = definition;
  cotangent.kept = true; // the function may hold on to it
  const inputs = node.inputs.map((_, i) => node.input(i)) as unknown as Inputs;
  const gradients = keepingAll(() => definition.backward(cotangent, { inputs, output: node.output() }));
  if (!Array.isArray(gradients) || gradients.length !== inputs.length) {
    throw new GradbridgeError(
      "custom-gradient",
      `${name}: backward must return ${inputs.length} gradients, one per input (or null).`,
    );
  }
  gradients.forEach((gradient, i) => {
    if (gradient === null || (isTensor(gradient) && alike(gradient, inputs[i]))) return;
    throw new GradbridgeError(
      "custom-gradient",
      `${name}: the gradient of input ${i} must be ${describe(inputs[i])}, like it, or null, ` +
        `got ${isTensor(gradient) ? describe(gradient) : typeof gradient}.`,
    );
  });
  return gradients;
}

function alike(a: Tensor, b: Tensor): boolean {
  return sameShape(a.shape, b.shape) && a.dtype === b.dtype && a.device === b.device;
}

function describe(x: Tensor): string {
  return `${x.dtype} ${formatShape(x.shape)} on ${x.device}`;
}
