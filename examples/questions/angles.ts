/** "CNN for 2d image rotation estimation": which target and which loss make a network see the angle of an image? */
import { adam, cosineLoss, indexSelect, mseLoss, noGrad, type Tensor, tanh, tensor } from "@gradbridge/core";
import { mlp } from "@gradbridge/policy";
import { type Generator, generator } from "@gradbridge/random";

/** Pixels along a side. */
export const side = 16;

/** The letter F in [−1, 1]²: strokes from point to point. No rotation maps it onto itself. */
const strokes = [
  [-0.3, -0.6, -0.3, 0.6],
  [-0.3, 0.6, 0.45, 0.6],
  [-0.3, 0.05, 0.3, 0.05],
] as const;

/** The letter rotated by `angle` (radians, counterclockwise), [side · side], 0 black to 1 white. */
export function drawRotated(angle: number): Float32Array {
  const pixels = new Float32Array(side * side);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const x = ((column + 0.5) / side) * 2 - 1;
      const y = 1 - ((row + 0.5) / side) * 2;
      // the pixel, turned back into the letter's own frame
      const distance = distanceToLetter(cos * x + sin * y, -sin * x + cos * y);
      pixels[row * side + column] = Math.min(1, Math.max(0, 1.5 - distance * side * 0.7));
    }
  }
  return pixels;
}

function distanceToLetter(x: number, y: number): number {
  const distances = strokes.map(([x0, y0, x1, y1]) => {
    const [dx, dy] = [x1 - x0, y1 - y0];
    const along = ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy);
    const nearest = Math.min(1, Math.max(0, along));
    return Math.hypot(x - x0 - nearest * dx, y - y0 - nearest * dy);
  });
  return Math.min(...distances);
}

/** Noisy images [count, side · side] and their angles in [0, 2π). */
export interface Images {
  readonly images: Tensor;
  readonly angles: number[];
}

export function makeImages(count: number, random: Generator): Images {
  const angles = Array.from({ length: count }, () => random.uniform(0, 2 * Math.PI));
  const pixels = new Float32Array(count * side * side);
  angles.forEach((angle, i) => {
    const image = drawRotated(angle).map((value) => value + random.normal(0, 0.1));
    pixels.set(image, i * side * side);
  });
  return { images: tensor(pixels, { shape: [count, side * side] }), angles };
}

/** A way to pose the problem: what the network puts out, how it is judged, how an angle is read from it. */
export interface Approach {
  readonly name: string;
  readonly outputs: number;
  readonly target: (angle: number) => number[];
  /** What follows the last linear layer. */
  readonly activation: (z: Tensor) => Tensor;
  readonly loss: (prediction: Tensor, target: Tensor) => Tensor;
  readonly angleOf: (output: readonly number[]) => number;
}

const direction = {
  outputs: 2,
  target: (angle: number) => [Math.cos(angle), Math.sin(angle)],
  angleOf: ([cos, sin]: readonly number[]) => Math.atan2(sin!, cos!),
};
const same = (z: Tensor): Tensor => z;

export const approaches: readonly Approach[] = [
  { name: "(cos, sin), tanh, cosine loss", ...direction, activation: tanh, loss: (p, t) => cosineLoss(p, t) },
  {
    name: "(cos, sin), linear, cosine loss",
    ...direction,
    activation: same,
    loss: (p, t) => cosineLoss(p, t),
  },
  {
    name: "(cos, sin), tanh, mean squared error",
    ...direction,
    activation: tanh,
    loss: (p, t) => mseLoss(p, t),
  },
  {
    name: "(cos, sin), linear, mean squared error",
    ...direction,
    activation: same,
    loss: (p, t) => mseLoss(p, t),
  },
  {
    name: "angle / 2π as one number, mean squared error",
    outputs: 1,
    target: (angle) => [angle / (2 * Math.PI)],
    activation: same,
    loss: (p, t) => mseLoss(p, t),
    angleOf: ([turns]) => 2 * Math.PI * turns!,
  },
];

/** How well angles of unseen images are read. */
export interface Reading {
  readonly truth: number[];
  readonly predicted: number[];
  /** Mean absolute error around the circle, degrees. */
  readonly meanError: number;
  /** The largest one. */
  readonly worstError: number;
  /** Share of predictions within 5° of a multiple of 45°: 2/9 if they are spread evenly. */
  readonly nearDiagonals: number;
}

/** Trains a 256-64-64 tanh network on minibatches of 64 of `train` and reads the angles of `test`. */
export function readAngles(
  approach: Approach,
  train: Images,
  test: Images,
  { steps, learningRate }: { steps: number; learningRate: number },
): Reading {
  const random = generator(11);
  const network = mlp({ inputs: side * side, outputs: approach.outputs, generator: generator(3) });
  const optimizer = adam(network.parameters(), { learningRate });
  const targets = tensor(train.angles.map(approach.target));
  for (let step = 0; step < steps; step++) {
    const rows = tensor(
      Array.from({ length: 64 }, () => random.integers(0, train.angles.length)),
      { dtype: "int32" },
    );
    optimizer.zeroGrad();
    const output = approach.activation(network.forward(indexSelect(train.images, 0, rows)));
    approach.loss(output, indexSelect(targets, 0, rows)).backward();
    optimizer.step();
  }
  const outputs = noGrad(() => approach.activation(network.forward(test.images))).toArray() as number[][];
  const turn = 2 * Math.PI;
  const predicted = outputs.map(
    (output) => (((approach.angleOf(output) % turn) + turn) % turn) * (180 / Math.PI),
  );
  const truth = test.angles.map((angle) => angle * (180 / Math.PI));
  const errors = predicted.map((angle, i) => distanceAround(angle, truth[i]!, 360));
  return {
    truth,
    predicted,
    meanError: errors.reduce((total, error) => total + error, 0) / errors.length,
    worstError: Math.max(...errors),
    nearDiagonals:
      predicted.filter((angle) => distanceAround(angle % 45, 0, 45) < 5).length / predicted.length,
  };
}

/** The shorter way between two places on a circle of that length. */
function distanceAround(a: number, b: number, length: number): number {
  const apart = Math.abs(a - b) % length;
  return Math.min(apart, length - apart);
}
