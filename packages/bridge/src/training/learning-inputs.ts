import { type CompiledResult, compile, indexSelect, type Tensor, tensor } from "@gradbridge/core";
import type { Policy, PolicyOutputs } from "@gradbridge/policy";
import type { Minibatch, RolloutTargets } from "../estimators/estimator.ts";
import type { Rollout, RolloutColumn } from "../rollouts/rollout.ts";

/** What a learning step reads: a rollout on the device, which of its rows, and numbers that change over training. */
export interface LearningInputs {
  /** [rows, …] by name: `observation`, `action`, `logProb`, perhaps `mask`, `behavior.…`, `targets.…`. */
  readonly columns: { readonly [name: string]: Tensor };
  /** Scalar tensors. */
  readonly scalars: { readonly [name: string]: Tensor };
  /** Row numbers, int32; null for all rows in order. */
  readonly index: Tensor | null;
}

/** Puts a rollout on the device. */
export function uploadRollout(
  rollout: Rollout,
  targets: RolloutTargets,
  behavior: Rollout["outputs"],
): LearningInputs["columns"] {
  const count = rollout.steps * rollout.numEnvs;
  const upload = ({ values, size, scalar }: RolloutColumn): Tensor =>
    tensor(values, { shape: scalar ? [count] : [count, size] });
  const columns: Record<string, Tensor> = {
    observation: upload(rollout.observation),
    action: upload(rollout.action),
    logProb: tensor(rollout.logProb),
    ...(rollout.mask !== undefined && { mask: upload(rollout.mask) }),
  };
  for (const [name, column] of Object.entries(behavior)) columns[`behavior.${name}`] = upload(column);
  for (const [name, values] of Object.entries(targets)) columns[`targets.${name}`] = tensor(values);
  return columns;
}

/** The rows asked for, at a policy's current outputs. */
export function minibatchOf(
  policy: Policy,
  inputs: LearningInputs,
): { batch: Minibatch; outputs: PolicyOutputs } {
  const { index, scalars } = inputs;
  const columns = Object.entries(inputs.columns).map(([name, rows]): [string, Tensor] => [
    name,
    index === null ? rows : indexSelect(rows, 0, index),
  ]);
  const part = (prefix: string): Record<string, Tensor> =>
    Object.fromEntries(
      columns
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, rows]) => [name.slice(prefix.length), rows]),
    );
  const { observation, action, logProb, mask } = part("") as {
    observation: Tensor;
    action: Tensor;
    logProb: Tensor;
    mask?: Tensor;
  };
  const outputs = policy.forward(observation);
  const batch = {
    size: observation.shape[0]!,
    observation,
    action,
    logProb,
    scalars,
    behavior: part("behavior."),
    targets: part("targets."),
    distribution: policy.distribution(outputs, mask === undefined ? {} : { mask }),
  };
  return { batch, outputs };
}

/** As `compile`, for a function of {@link LearningInputs}. */
export function compileLearning<R extends CompiledResult>(
  fn: (inputs: LearningInputs) => R,
): (inputs: LearningInputs) => R {
  let layout: LearningInputs | null = null;
  const compiled = compile((...tensors: Tensor[]): R => {
    const next = tensors[Symbol.iterator]();
    const take = (names: object): Record<string, Tensor> =>
      Object.fromEntries(Object.keys(names).map((name) => [name, next.next().value as Tensor]));
    const { columns, scalars, index } = layout!;
    return fn({
      columns: take(columns),
      scalars: take(scalars),
      index: index === null ? null : (next.next().value as Tensor),
    });
  });
  return (inputs) => {
    layout = inputs;
    const { columns, scalars, index } = inputs;
    return compiled(...Object.values(columns), ...Object.values(scalars), ...(index === null ? [] : [index]));
  };
}
