import { GradbridgeError, isTensor, noGrad, reshape, type Tensor, tensor } from "@gradbridge/core";
import { type Generator, generator as newGenerator } from "@gradbridge/random";
import { maskTensor } from "./distributions/action-mask.ts";
import type { Head } from "./heads/head.ts";
import { linear } from "./modules/linear.ts";
import { type HiddenActivation, mlp } from "./modules/mlp.ts";
import { parameterized } from "./modules/module.ts";
import { activationNode, type OnnxGraph, type OnnxValue } from "./onnx/onnx-graph.ts";
import type { Policy, PolicyOutputs } from "./policy.ts";

/** Options of {@link actorCritic}. */
export interface ActorCriticOptions {
  /** Number of elements of one observation. */
  readonly observationSize: number;
  /** What the actor puts out: `categoricalHead(n)`, `gaussianHead(d)`, … */
  readonly head: Head;
  /** Sizes of the hidden layers. Default [64, 64]. */
  readonly hidden?: readonly number[];
  /** Default `tanh`. */
  readonly activation?: HiddenActivation;
  /**
   * Initial weights: `orthogonal`, scaled as {@link actorCritic} says, with zero biases; or `uniform` in ±1/√inputs for
   * weights and biases, PyTorch's default. Default `orthogonal`.
   */
  readonly initialization?: "orthogonal" | "uniform";
  /** Whether actor and critic share their hidden layers. Default false. */
  readonly shared?: boolean;
  /** Where the initial weights are drawn. Default `generator(0)`. */
  readonly generator?: Generator;
}

/**
 * A policy with a value function, as Stable-Baselines3 and CleanRL build it: two multilayer perceptrons (or one
 * with two last layers, where `shared`), by default with orthogonal weights of gain √2 in hidden layers, 0.01 before the
 * actions, 1 before the value, and zero biases. Outputs: the head's, and `value` [B].
 */
export function actorCritic(options: ActorCriticOptions): Policy {
  const { observationSize, head, hidden = [64, 64], activation = "tanh", shared = false } = options;
  const { initialization = "orthogonal" } = options;
  if (!Number.isInteger(observationSize) || observationSize < 1) {
    throw new GradbridgeError(
      "size",
      `actorCritic: observationSize must be a positive integer, got ${observationSize}.`,
    );
  }
  const generator = options.generator ?? newGenerator(0);
  const common = { hidden, activation, initialization, generator } as const;
  const own = head.create(hidden[hidden.length - 1] ?? observationSize);
  const network = shared && hidden.length > 0 ? sharedNetwork() : separateNetworks();
  const parameters = parameterized({ ...network.parts, head: own.parameters });
  const { device } = parameters.parameters()[0]!;

  function separateNetworks(): Network {
    const actor = mlp({ inputs: observationSize, outputs: head.size, outputGain: 0.01, ...common });
    const critic = mlp({ inputs: observationSize, outputs: 1, outputGain: 1, ...common });
    return {
      parts: { actor, critic },
      forward(x) {
        const features = actor.body.forward(x);
        return [actor.last.forward(features), critic.forward(x), features];
      },
      toOnnx(graph, x) {
        const features = actor.body.toOnnx(graph, x);
        return [actor.last.toOnnx(graph, features), critic.toOnnx(graph, x), features];
      },
    };
  }

  function sharedNetwork(): Network {
    const width = hidden[hidden.length - 1]!;
    const body = mlp({
      inputs: observationSize,
      outputs: width,
      ...common,
      hidden: hidden.slice(0, -1),
      outputGain: Math.SQRT2,
    });
    const actor = linear(width, head.size, { initialization, gain: 0.01, generator });
    const critic = linear(width, 1, { initialization, gain: 1, generator });
    return {
      parts: { body, actor, critic },
      forward: (x) => {
        const features = activate(body.forward(x), activation);
        return [actor.forward(features), critic.forward(features), features];
      },
      toOnnx(graph, x) {
        const features = activationNode(graph, body.toOnnx(graph, x), activation);
        return [actor.toOnnx(graph, features), critic.toOnnx(graph, features), features];
      },
    };
  }

  const forward = (observation: Tensor): PolicyOutputs => {
    const [last, value, features] = network.forward(observation);
    return { ...own.outputs(last, features), value: reshape(value, [-1]) };
  };

  return {
    observationSize,
    hasValue: true,
    choices: head.choices,
    ...parameters,
    forward,
    toOnnx(graph, observation) {
      if (this.forward !== forward || own.toOnnx === undefined) {
        const what =
          own.toOnnx === undefined ? `the head "${head.name}"` : "what wraps this policy's forward";
        throw new GradbridgeError("onnx", `exportOnnx: ${what} has no toOnnx of its own.`);
      }
      const [last, value, features] = network.toOnnx(graph, observation);
      const flat = graph.node("Reshape", [value, graph.integers(-1)]);
      return { ...own.toOnnx(graph, last, features), value: { value: flat, shape: ["batch"] } };
    },
    distribution: own.distribution,
    ...(own.nextNoise !== undefined && { nextNoise: own.nextNoise }),
    act(observation, random, { deterministic = false, mask, noise: previous } = {}) {
      return noGrad(() => {
        const batch = rows(observation, observationSize, device);
        const count = batch.shape[0]!;
        const allowed = mask === undefined ? {} : { mask: maskTensor(mask, count, head.choices, device) };
        const noise = deterministic ? previous : own.nextNoise?.(count, random, previous);
        const lasting = noise === undefined ? {} : { noise };
        const outputs = forward(batch);
        const distribution = own.distribution(outputs, { ...allowed, ...lasting });
        const action = deterministic ? distribution.mode() : distribution.sample(random);
        return { action, logProb: distribution.logProb(action), outputs, ...lasting };
      });
    },
  };
}

interface Network {
  readonly parts: Parameters<typeof parameterized>[0];
  /** [B, observationSize] → the last layers of actor [B, size] and critic [B, 1], and the actor's last hidden one. */
  forward(x: Tensor): [actor: Tensor, critic: Tensor, features: Tensor];
  toOnnx(graph: OnnxGraph, x: OnnxValue): [actor: OnnxValue, critic: OnnxValue, features: OnnxValue];
}

function activate(x: Tensor, activation: HiddenActivation): Tensor {
  return activation === "none" ? x : x[activation]();
}

function rows(observation: Tensor | Float32Array, size: number, device: string): Tensor {
  if (isTensor(observation)) return observation;
  if (observation.length % size !== 0) {
    throw new GradbridgeError(
      "observation",
      `act: ${observation.length} numbers are no batch of observations of ${size} elements.`,
    );
  }
  return tensor(observation, { shape: [observation.length / size, size], device });
}
