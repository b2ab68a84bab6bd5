import { GradbridgeError } from "@gradbridge/random";
import { zerosLike } from "../ops/constant-like.ts";
import { detach } from "../ops/detach.ts";
import { type Operation, perform } from "../ops/operation.ts";
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
   * One gradient per input, in its shape; null where there is none. Written in operations, it can be differentiated
   * again.
   */
  backward(
    cotangent: Tensor,
    context: { readonly inputs: Inputs; readonly output: Tensor },
  ): readonly (Tensor | null)[];
}

/**
 * Makes a function whose derivative is `backward` instead of what its operations would give.
 * @throws from the backward pass, code `custom-gradient`, where `backward` returns the wrong number or shape.
 */
export function defineFunction<Inputs extends readonly Tensor[]>(
  definition: FunctionDefinition<Inputs>,
): (...inputs: Inputs) => Tensor {
  const { name } = definition;
  const operation: Operation<null> = {
    name,
    forward: (inputs) => {
      const output = noGrad(() => definition.forward(...(inputs as unknown as Inputs)));
      if (!isTensor(output))
        throw new GradbridgeError("custom-gradient", `${name}: forward must return a tensor.`);
      return inputs.includes(output) ? detach(output) : output;
    },
    vjp: (c, node, index) => {
      c.kept = true;
      const inputs = node.inputs.map((_, i) => node.input(i)) as unknown as Inputs;
      const gradients = definition.backward(c, { inputs, output: node.output() });
      if (!Array.isArray(gradients) || gradients.length !== inputs.length) {
        throw new GradbridgeError(
          "custom-gradient",
          `${name}: backward must return ${inputs.length} gradients, one per input (or null).`,
        );
      }
      const gradient = gradients[index];
      if (gradient === null) return zerosLike(inputs[index]);
      if (!isTensor(gradient) || !sameShape(gradient.shape, inputs[index].shape)) {
        const got = isTensor(gradient) ? formatShape(gradient.shape) : typeof gradient;
        throw new GradbridgeError(
          "custom-gradient",
          `${name}: the gradient of input ${index} must be a tensor of shape ${formatShape(inputs[index].shape)}, got ${got}.`,
        );
      }
      return gradient;
    },
  };
  return (...inputs) => perform(operation, inputs, null);
}
