import { add, clamp, div, GradbridgeError, isTensor, sqrt, sub, type Tensor, tensor } from "@gradbridge/core";
import type { OnnxGraph, OnnxOutputs, OnnxValue, Policy } from "@gradbridge/policy";
import { normalizerEpsilon, normalizerLimit, type ObservationNormalizer } from "./observation-normalizer.ts";

/** A policy that normalises what it sees. It takes observations as environments give them. */
export interface NormalizedPolicy extends Policy {
  /** The policy that sees normalised observations: the one that learns. */
  readonly inner: Policy;
  readonly normalizer: ObservationNormalizer;
  /** Takes over what the normaliser has learned since. */
  refresh(): void;
}

const [meanName, varianceName] = ["observation.mean", "observation.variance"] as const;

/**
 * Puts a normaliser before a policy. Its parameters are those of `policy`; its state holds two more tensors,
 * `observation.mean` and `observation.variance`, both [observationSize], so that a saved policy is whole. So is one written
 * as ONNX.
 */
export function normalizedPolicy(policy: Policy, normalizer: ObservationNormalizer): NormalizedPolicy {
  if (normalizer.mean.length !== policy.observationSize) {
    throw new GradbridgeError(
      "size",
      `normalizedPolicy: the normaliser is for ${normalizer.mean.length} elements, the policy for ${policy.observationSize}.`,
    );
  }
  const device = policy.parameters()[0]?.device;
  const upload = (values: Float32Array): Tensor =>
    tensor(values.slice(), device === undefined ? {} : { device });
  const mean = upload(normalizer.mean);
  const variance = upload(normalizer.variance);
  const refresh = (): void => {
    mean.assign(upload(normalizer.mean));
    variance.assign(upload(normalizer.variance));
  };
  const normalized = (observation: Tensor): Tensor =>
    clamp(
      div(sub(observation, mean), sqrt(add(variance, normalizerEpsilon))),
      -normalizerLimit,
      normalizerLimit,
    );
  return {
    ...policy,
    inner: policy,
    normalizer,
    refresh,
    forward: (observation) => policy.forward(normalized(observation)),
    act(observation, generator, options) {
      const seen = isTensor(observation)
        ? normalized(observation)
        : normalizer.normalize(observation, new Float32Array(observation.length));
      return policy.act(seen, generator, options);
    },
    ...(policy.toOnnx !== undefined && {
      toOnnx(graph: OnnxGraph, observation: OnnxValue): OnnxOutputs {
        const variances = graph.node("Add", [graph.tensor(variance), graph.number(normalizerEpsilon)]);
        const centered = graph.node("Sub", [observation, graph.tensor(mean)]);
        const scaled = graph.node("Div", [centered, graph.node("Sqrt", [variances])]);
        const limits = [graph.number(-normalizerLimit), graph.number(normalizerLimit)];
        return policy.toOnnx!(graph, graph.node("Clip", [scaled, ...limits]));
      },
    }),
    stateDict: () => ({
      ...policy.stateDict(),
      [meanName]: mean.detach(),
      [varianceName]: variance.detach(),
    }),
    loadStateDict(state) {
      const { [meanName]: savedMean, [varianceName]: savedVariance, ...rest } = state;
      for (const [name, saved] of Object.entries({ [meanName]: savedMean, [varianceName]: savedVariance })) {
        if (saved?.dtype === "float32" && saved.shape.join() === mean.shape.join()) continue;
        const what = saved === undefined ? "missing" : `${saved.dtype} [${saved.shape.join(", ")}]`;
        throw new GradbridgeError(
          "state-dict",
          `loadStateDict: ${name} is ${what}, expected float32 [${mean.shape.join(", ")}]: this policy normalises observations.`,
        );
      }
      policy.loadStateDict(rest);
      normalizer.apply(savedMean!.dataSync() as Float32Array, savedVariance!.dataSync() as Float32Array);
      refresh();
    },
  };
}

/** Whether a policy normalises what it sees. */
export function isNormalized(policy: Policy): policy is NormalizedPolicy {
  return "normalizer" in policy && "inner" in policy;
}
