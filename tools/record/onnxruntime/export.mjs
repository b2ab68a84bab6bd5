// Prints models as ONNX files in base64, with how each was made and inputs for it: what models.py runs.

import { setDevice, tensor } from "../../../packages/core/dist/index.js";
import {
  actorCritic,
  bernoulliHead,
  categoricalHead,
  conv2d,
  gaussianHead,
  gru,
  layerNorm,
  linear,
  multiCategoricalHead,
  OnnxGraph,
  serializeOnnx,
  squashedGaussianHead,
  stateDependentGaussianHead,
} from "../../../packages/policy/dist/index.js";
import { generator } from "../../../packages/random/dist/index.js";

const makeHead = {
  categoricalHead,
  multiCategoricalHead,
  bernoulliHead,
  gaussianHead,
  squashedGaussianHead,
  stateDependentGaussianHead,
};
const makeModule = { linear, conv2d, layerNorm, gru };

await setDevice("reference");
const random = generator(50);
const draw = (shape) => {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  random.fillNormal(values);
  return { shape, data: base64(values) };
};
const base64 = (values) =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");

const heads = [
  ["categoricalHead", 3],
  ["multiCategoricalHead", [2, 3]],
  ["bernoulliHead", 2],
  ["gaussianHead", 2],
  ["gaussianHead", 2, { initialLogStd: -1, logStdRange: [-3, 1] }],
  ["gaussianHead", 2, { initialLogStd: -0.5, logStd: "network" }],
  ["squashedGaussianHead", 1, { logStd: "network" }],
  ["stateDependentGaussianHead", 2, { initialLogStd: -0.5 }],
];
const networks = [
  { hidden: [8, 6], activation: "tanh" },
  { hidden: [7], activation: "relu", shared: true, initialization: "uniform" },
];
const cases = [];
for (const [i, head] of heads.entries()) {
  const options = { observationSize: 3, ...networks[i % networks.length] };
  const [name, ...values] = head;
  const policy = actorCritic({ ...options, head: makeHead[name](...values), generator: generator(i) });
  const model = base64(serializeOnnx(policy));
  cases.push({ head, options, seed: i, input: { name: "observation", ...draw([5, 3]) }, model });
}

const modules = [
  ["linear", [3, 4, { activation: "sigmoid" }], [5, 3]],
  ["linear", [3, 4, { bias: false }], [5, 3]],
  ["conv2d", [2, 4, { kernelSize: 3, activation: "relu" }], [2, 2, 6, 5]],
  [
    "conv2d",
    [4, 6, { kernelSize: [2, 3], stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2, bias: false }],
    [2, 4, 5, 7],
  ],
  ["layerNorm", [6], [4, 6]],
  ["layerNorm", [4, { affine: false, epsilon: 0.1 }], [2, 3, 4]],
  ["gru", [3, 4], [5, 2, 3]],
];
for (const [module, values, shape] of modules) {
  const layer = makeModule[module](...values);
  const graph = new OnnxGraph();
  const input = { name: "x", ...draw(shape) };
  const x = graph.input("x", shape);
  const output = layer.forward(tensor(new Float32Array(input.shape.reduce((a, b) => a * b, 1)), { shape }));
  graph.output("y", layer.toOnnx(graph, x), output.shape);
  cases.push({ module, arguments: values, input, model: base64(graph.model()) });
}
process.stdout.write(JSON.stringify(cases));
