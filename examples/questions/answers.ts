/** Four of the five questions, each a function that computes what its answer claims. The fifth is in angles.ts. */
import {
  add,
  backward,
  bceLoss,
  clamp,
  crossEntropyLoss,
  grad,
  log,
  logSoftmax,
  matmul,
  mseLoss,
  mul,
  neg,
  nllLoss,
  noGrad,
  rmseLoss,
  sgd,
  softmax,
  sum,
  type Tensor,
  tensor,
} from "@gradbridge/core";
import { mlp } from "@gradbridge/policy";
import { generator } from "@gradbridge/random";

/** "Difference between autograd.grad and autograd.backward?" on y = x₁² + 5 x₂, at the values the answer prints. */
export function gradAgainstBackward(): {
  value: number;
  returned: number[];
  /** Whether `grad` left the fields of x₁ and x₂ alone. */
  untouched: boolean;
  /** The fields after one `backward`, and after two. */
  accumulated: number[];
  twice: number[];
} {
  const x1 = tensor([0.3939], { requiresGrad: true });
  const x2 = tensor([0.7965], { requiresGrad: true });
  const y = () => add(x1.square(), mul(x2, 5));

  const returned = grad(y(), [x1, x2], { seeds: tensor([1]) }).map((gradient) => gradient!.item());
  const untouched = x1.grad === null && x2.grad === null;
  backward(y(), tensor([1]));
  const accumulated = [x1.grad!.item(), x2.grad!.item()];
  backward(y(), tensor([1]));
  const twice = [x1.grad!.item(), x2.grad!.item()];
  return { value: y().item(), returned, untouched, accumulated, twice };
}

/** A loss and its gradient with respect to what it was computed from. */
export interface Measured {
  readonly loss: number;
  readonly gradient: number[];
}

/** "Loss from linear transformed output and ground truth": losses of points and of the same points, moved. */
export function lossesUnderMotion(
  matrix: readonly (readonly number[])[],
  shift: readonly number[],
): { [Loss in "mse" | "rmse" | "nll"]: { before: Measured; after: Measured } } {
  const random = generator(5);
  const points = () => tensor(Array.from({ length: 20 }, () => [random.normal(), random.normal()]));
  const input = points();
  const truth = points();
  const classes = tensor(
    Array.from({ length: 20 }, () => random.integers(0, 2)),
    { dtype: "int32" },
  );
  const weight = tensor(
    [
      [0.5, -1],
      [2, 0.3],
    ],
    { requiresGrad: true },
  );
  const move = (x: Tensor): Tensor =>
    add(matmul(x, tensor(matrix.map((row) => [...row])).transpose()), tensor([...shift]));
  const measure = (loss: Tensor): Measured => ({
    loss: loss.item(),
    gradient: [...grad(loss, weight)[0]!.dataSync()],
  });
  const output = () => matmul(input, weight);
  return {
    mse: { before: measure(mseLoss(output(), truth)), after: measure(mseLoss(move(output()), move(truth))) },
    rmse: {
      before: measure(rmseLoss(output(), truth)),
      after: measure(rmseLoss(move(output()), move(truth))),
    },
    nll: {
      before: measure(nllLoss(logSoftmax(output()), classes)),
      after: measure(nllLoss(logSoftmax(move(output())), classes)),
    },
  };
}

/** "Loss despite perfect accuracy": a network that learns three samples by heart. */
export function overfit(
  steps: number,
  dtype: "float32" | "float64",
): { losses: number[]; accuracies: number[] } {
  const x = tensor(
    [
      [1, 0],
      [0, 1],
      [-1, -1],
    ],
    { dtype },
  );
  const y = tensor([0, 1, 2], { dtype: "int32" });
  const network = mlp({
    inputs: 2,
    hidden: [16],
    outputs: 3,
    activation: "tanh",
    generator: generator(1),
    dtype,
  });
  const optimizer = sgd(network.parameters(), { learningRate: 1 });
  const losses: number[] = [];
  const accuracies: number[] = [];
  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    const logits = network.forward(x);
    const loss = crossEntropyLoss(logits, y);
    loss.backward();
    optimizer.step();
    const predicted = noGrad(() => logits.argmax(1)).dataSync();
    losses.push(loss.item());
    accuracies.push([0, 1, 2].filter((label) => predicted[label] === label).length / 3);
  }
  return { losses, accuracies };
}

/** The loss of one row whose right class beats two others by `margin`: how far it is above 0. */
export function lossAtMargin(margin: number, dtype: "float32" | "float64"): number {
  const logits = tensor([[margin, 0, 0]], { dtype });
  return crossEntropyLoss(logits, tensor([0], { dtype: "int32" })).item();
}

/**
 * "How does Keras deal with log(0)?": the cross-entropy of one row whose right class, the first, has probability 0, and
 * its gradient; by a bare logarithm, by Keras' clipping with ε = 1e-7 as the answer quotes it, and by log-softmax.
 */
export function logOfZero(): { [Way in "bare" | "clipped" | "logSoftmax"]: Measured } {
  const logits = () => tensor([-200, 0, 0], { requiresGrad: true }); // e⁻²⁰⁰ is 0 in float32
  const firstClass = tensor([1, 0, 0]);
  const epsilon = 1e-7;
  const crossEntropy = (p: Tensor): Tensor => neg(sum(mul(firstClass, log(p))));
  const measure = (loss: (x: Tensor) => Tensor): Measured => {
    const x = logits();
    const value = loss(x);
    value.backward();
    return { loss: value.item(), gradient: [...x.grad!.dataSync()] };
  };
  return {
    bare: measure((x) => crossEntropy(softmax(x))),
    clipped: measure((x) => crossEntropy(add(clamp(softmax(x), epsilon, 1 - epsilon), epsilon))),
    logSoftmax: measure((x) => crossEntropyLoss(x, tensor(0, { dtype: "int32" }))),
  };
}

/** What `bceLoss` and its gradient are at probability p for a label t. */
export function bceAt(p: number, t: number): { loss: number; gradient: number } {
  const prediction = tensor([p], { requiresGrad: true });
  const loss = bceLoss(prediction, tensor([t]));
  loss.backward();
  return { loss: loss.item(), gradient: prediction.grad!.item() };
}
