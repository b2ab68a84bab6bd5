import type { KernelOf } from "../../kernel.ts";
import { input, type Lowering, output, uniforms } from "../shader.ts";
import { elementaryFunctions } from "../wgsl/elementary.ts";
import { denseLowering, denseShader, type KernelLimits } from "./dense.ts";

/** One step of stochastic gradient descent, in place. outputs: [parameter] or [parameter, velocity]. */
export function lowerSgd(kernel: KernelOf<"sgd">, limits: KernelLimits): Lowering {
  const { learningRate, momentum, dampening, weightDecay, nesterov, first } = kernel;
  const plain = momentum === 0;
  const shader = denseShader({
    name: plain ? "sgd" : `sgd momentum${nesterov ? " nesterov" : ""}`,
    reads: [{ name: "gradient", element: "vec4f" }],
    writes: [
      { name: "parameter", element: "vec4f" },
      ...(plain ? [] : [{ name: "velocity", element: "vec4f" } as const]),
    ],
    uniforms: uniforms("f32", "learningRate", "weightDecay", "kept", "added", "momentum"),
    declarations: () => "",
    body: () =>
      plain
        ? `let p = parameter[i];
parameter[i] = p - u.learningRate * (gradient[i] + u.weightDecay * p);`
        : `let p = parameter[i];
let g = gradient[i] + u.weightDecay * p;
// on the first step there is no velocity yet, and what lies there may be NaN
var v = u.added * g;
if (u.kept != 0.0) { v += u.kept * velocity[i]; }
velocity[i] = v;
parameter[i] = p - u.learningRate * ${nesterov ? `(g + u.momentum * v)` : "v"};`,
  });
  const numbers = [learningRate, weightDecay, first ? 0 : momentum, first ? 1 : 1 - dampening, momentum];
  const operands = plain ? [input(0), output(0)] : [input(0), output(0), output(1)];
  return denseLowering(shader, operands, kernel.length, numbers, limits);
}

/** One step of Adam, in place (Kingma and Ba 2015; decoupled: Loshchilov and Hutter 2019). outputs: [parameter, m, v]. */
export function lowerAdam(kernel: KernelOf<"adam">, limits: KernelLimits): Lowering {
  const { learningRate, beta1, beta2, weightDecay, decoupled } = kernel;
  const shader = denseShader({
    name: "adam",
    reads: [{ name: "gradient", element: "vec4f" }],
    writes: [
      { name: "parameter", element: "vec4f" },
      { name: "firstMoment", element: "vec4f" },
      { name: "secondMoment", element: "vec4f" },
    ],
    uniforms: uniforms(
      "f32",
      "rate",
      "oneLessBeta1",
      "beta2",
      "oneLessBeta2",
      "epsilon",
      "weightDecay",
      "shrink",
      "rootScale",
    ),
    declarations: () => elementaryFunctions,
    body: () => `let p = parameter[i];
let g = gradient[i] + u.weightDecay * p;
let m = firstMoment[i] + u.oneLessBeta1 * (g - firstMoment[i]);
let v = u.beta2 * secondMoment[i] + u.oneLessBeta2 * g * g;
firstMoment[i] = m;
secondMoment[i] = v;
let root = vec4f(squareRoot(v.x), squareRoot(v.y), squareRoot(v.z), squareRoot(v.w));
parameter[i] = p * u.shrink - u.rate * m / (root * u.rootScale + u.epsilon);`,
  });
  const numbers = [
    learningRate / kernel.biasCorrection1,
    1 - beta1,
    beta2,
    1 - beta2,
    kernel.epsilon,
    decoupled ? 0 : weightDecay,
    decoupled ? 1 - learningRate * weightDecay : 1,
    1 / Math.sqrt(kernel.biasCorrection2),
  ];
  const operands = [input(0), output(0), output(1), output(2)];
  return denseLowering(shader, operands, kernel.length, numbers, limits);
}
