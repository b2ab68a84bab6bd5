import { adam, compile, noGrad, setDevice, type Tensor, tensor, tidy } from "@gradbridge/core";
import { type Module, mlp } from "@gradbridge/policy";
import { adamSettings, concatenated, type NetworkNumbers, networkNumbers } from "../numbers.ts";
import { inProcess, type StartSubject } from "../subject.ts";
import { oneThread } from "./devices.ts";

/** How our steps run: recorded once and replayed, as training does it, or one operation after the other. */
export type Execution = "compiled" | "eager";

/** Forward, backward from a given cotangent, Adam; inputs and cotangent are on the device. */
export function seededStep(
  execution: Execution,
  sizes: readonly number[],
  batch: number,
  device: string = oneThread,
): StartSubject {
  return async () => {
    await setDevice(device);
    const numbers = networkNumbers(sizes, batch);
    const network = perceptron(numbers);
    const parameters = network.parameters();
    const { learningRate, beta1, beta2, epsilon } = adamSettings;
    const optimizer = adam(parameters, { learningRate, betas: [beta1, beta2], epsilon });
    const x = tensor(numbers.x, { shape: [batch, sizes[0]!] });
    const seed = tensor(numbers.seed, { shape: [batch, sizes[sizes.length - 1]!] });
    const step = executed(execution, (input: Tensor, cotangent: Tensor) => {
      optimizer.zeroGrad();
      network.forward(input).backward(cotangent);
      optimizer.step();
    });
    return inProcess({
      iterate: () => step(x, seed),
      finish: () => parameters[0]!.dataSync()[0]!,
      answer: () => concatenated(parameters.map((parameter) => parameter.dataSync())),
    });
  };
}

/** One observation in a typed array to the outputs in one. */
export function forwardOne(execution: Execution, sizes: readonly number[]): StartSubject {
  return async () => {
    await setDevice(oneThread);
    const numbers = networkNumbers(sizes, 1);
    const network = perceptron(numbers);
    const forward = execution === "compiled" ? compile(network.forward) : network.forward;
    let outputs: ArrayLike<number> = [];
    return inProcess({
      iterate() {
        outputs = noGrad(() => tidy(() => forward(tensor(numbers.x, { shape: [1, sizes[0]!] })).dataSync()));
      },
      finish: () => outputs[0]!,
      answer: () => outputs,
    });
  };
}

/** A step as the library's own loops run it. */
export function executed<Inputs extends readonly Tensor[]>(
  execution: Execution,
  step: (...inputs: Inputs) => void,
): (...inputs: Inputs) => void {
  return execution === "compiled" ? compile(step) : (...inputs) => tidy(() => step(...inputs));
}

/** `count` elementwise operations on `size` numbers, one after the other, then the gradient through all of them. */
export function operationChain(count: number, size: number): StartSubject {
  return async () => {
    await setDevice(oneThread);
    const [xs, ws] = chainNumbers(size);
    const x = tensor(xs, { requiresGrad: true });
    const w = tensor(ws, { requiresGrad: true });
    return inProcess({
      iterate: () =>
        tidy(() => {
          x.grad = null;
          w.grad = null;
          let y: Tensor = x;
          for (let i = 0; i < count; i += 4) y = y.mul(w).add(x).tanh().sub(w);
          y.sum().backward();
        }),
      finish: () => x.grad!.dataSync()[0]!,
      answer: () => concatenated([x.grad!.dataSync(), w.grad!.dataSync()]),
    });
  };
}

/** Two vectors between −1 and 1. */
export function chainNumbers(size: number): [x: Float32Array, w: Float32Array] {
  const x = Float32Array.from({ length: size }, (_, i) => Math.sin(i + 1));
  return [x, x.map((_, i) => Math.cos(i + 1))];
}

export function perceptron({ sizes, layers }: NetworkNumbers): Module {
  const network = mlp({ inputs: sizes[0]!, hidden: sizes.slice(1, -1), outputs: sizes[sizes.length - 1]! });
  const values = layers.flatMap(({ weight, bias }) => [weight, bias]);
  noGrad(() => {
    network.parameters().forEach((parameter, i) => {
      parameter.assign(tensor(values[i]!, { shape: parameter.shape }));
    });
  });
  return network;
}
