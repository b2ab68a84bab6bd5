import { GradbridgeError } from "@gradbridge/random";
import { add } from "../ops/add.ts";
import { keepingAll, withScope } from "../tensor/scope.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import { isTensor, type Tensor } from "../tensor/tensor.ts";
import { allFinite } from "./all-finite.ts";
import { enableGrad, mode, noGrad } from "./mode.ts";
import type { Node } from "./node.ts";

/** What one backward pass is asked to do. */
export interface BackwardPass {
  readonly roots: readonly Tensor[];
  /** One cotangent per root, of its shape. */
  readonly seeds: readonly Tensor[];
  /** Tensors whose gradients are returned; only what leads to them is visited. Null: every leaf. */
  readonly targets: readonly Tensor[] | null;
  readonly retainGraph: boolean;
  readonly createGraph: boolean;
}

/**
 * Walks the graph from the roots to its leaves and returns the gradient of each tensor asked for.
 *
 * Nodes are numbered as they are made, so visiting them in descending order meets every consumer of a tensor before
 * the tensor itself: its gradient is complete when it is passed on, and the walk is linear however often values are
 * shared. Nothing recurses, so depth is limited by memory alone.
 */
export function runBackward(pass: BackwardPass): Map<Tensor, Tensor> {
  const nodes = collectNodes(pass);
  const run = (): Map<Tensor, Tensor> => walk(nodes, pass);
  if (pass.createGraph) return enableGrad(run);
  return withScope(
    () => noGrad(run),
    (gradients) => new Set([...gradients.values()]),
  );
}

/**
 * The recorded operations that lead from the roots to the targets, last one first. A freed one among them is an error;
 * freed ones that lead elsewhere do not matter, as in PyTorch.
 */
function collectNodes(pass: BackwardPass): Node[] {
  const reached = new Set<Node>();
  const pending: Node[] = [];
  const reach = (node: Node): void => {
    if (reached.has(node)) return;
    reached.add(node);
    pending.push(node);
  };
  for (const { node } of pass.roots) if (node !== null) reach(node);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.freed) {
      for (const edge of node.edges) if (!isTensor(edge)) reach(edge);
    } else {
      for (const input of node.inputs) if (input.node !== null) reach(input.node);
    }
  }
  const all = [...reached].sort((a, b) => b.id - a.id);
  const nodes = pass.targets === null ? all : nodesLeadingTo(pass.targets, all);
  const freed = nodes.find((node) => node.freed);
  if (freed !== undefined) throw freedGraph(freed);
  return nodes;
}

function nodesLeadingTo(targets: readonly Tensor[], nodes: readonly Node[]): Node[] {
  const goals = new Set<Node | Tensor>(targets.map((target) => target.node ?? target));
  const leading = new Set<Node>();
  for (let i = nodes.length - 1; i >= 0; i--) {
    if (nodes[i].edges.some((edge) => goals.has(edge) || leading.has(edge as Node))) leading.add(nodes[i]);
  }
  return nodes.filter((node) => leading.has(node));
}

function walk(nodes: readonly Node[], pass: BackwardPass): Map<Tensor, Tensor> {
  const gradients = new Map<Tensor, Tensor>();
  const results = new Map<Tensor, Tensor>();
  const wanted = pass.targets === null ? null : new Set(pass.targets);
  const visiting = new Set(nodes);
  const accumulate = (tensor: Tensor, gradient: Tensor): void => {
    const sum = gradients.get(tensor);
    gradients.set(tensor, sum === undefined ? gradient : add(sum, gradient));
  };
  pass.roots.forEach((root, i) => {
    accumulate(root, pass.seeds[i]);
  });

  for (const node of nodes) {
    const output = node.target!;
    const arrived = gradients.get(output);
    if (arrived === undefined) continue;
    gradients.delete(output);
    const gradient = runHooks(output, arrived);
    if (wanted?.has(output) || output.retainsGrad) results.set(output, gradient);
    pullBack(node, gradient, (input) => leadsOn(input, visiting, wanted), accumulate);
    if (!pass.retainGraph) node.free();
  }
  // what is left are leaves, and targets above every visited node
  for (const [tensor, arrived] of gradients) {
    if (wanted === null ? tensor.isLeaf || tensor.retainsGrad : wanted.has(tensor)) {
      results.set(tensor, runHooks(tensor, arrived));
    }
  }
  return results;
}

function leadsOn(input: Tensor, visiting: ReadonlySet<Node>, wanted: ReadonlySet<Tensor> | null): boolean {
  if (!input.requiresGrad) return false;
  return wanted === null || wanted.has(input) || (input.node !== null && visiting.has(input.node));
}

function pullBack(
  node: Node,
  gradient: Tensor,
  leads: (input: Tensor) => boolean,
  accumulate: (tensor: Tensor, gradient: Tensor) => void,
): void {
  const { operation, inputs } = node;
  const cotangent = operation.shared === undefined ? gradient : operation.shared(gradient, node);
  for (let i = 0; i < inputs.length; i++) {
    if (!leads(inputs[i])) continue;
    const result = operation.vjp(cotangent, node, i);
    if (result === null) continue;
    if (mode.anomaly && !allFinite(result)) throw anomaly(node, i, gradient);
    accumulate(inputs[i], result);
  }
}

/** Hooks see a gradient once it is complete; what they return takes its place. */
function runHooks(tensor: Tensor, gradient: Tensor): Tensor {
  if (tensor.hooks === null) return gradient;
  let current = gradient;
  for (const hook of tensor.hooks) {
    current.kept = true; // the hook may hold on to it
    const { version } = current.storage;
    const replacement = keepingAll(() => hook(current));
    if (current.storage.version !== version) {
      throw new GradbridgeError(
        "hook",
        "registerHook: a hook changed its gradient in place. Return a new tensor instead.",
      );
    }
    if (isTensor(replacement)) {
      const fits =
        sameShape(replacement.shape, tensor.shape) &&
        replacement.dtype === tensor.dtype &&
        replacement.device === tensor.device;
      if (!fits) {
        throw new GradbridgeError(
          "hook",
          `registerHook: a hook must return ${tensor.dtype} ${formatShape(tensor.shape)} on ${tensor.device}, like its ` +
            `tensor, got ${replacement.dtype} ${formatShape(replacement.shape)} on ${replacement.device}.`,
        );
      }
      current = replacement;
    }
  }
  return current;
}

function freedGraph(node: Node): GradbridgeError {
  return new GradbridgeError(
    "graph-freed",
    `backward: this graph was already used and let go of (at ${node.operation.name}). ` +
      "Pass { retainGraph: true } to the first backward, or run the forward pass again.",
  );
}

function anomaly(node: Node, index: number, gradient: Tensor): GradbridgeError {
  const source = allFinite(gradient)
    ? "from a finite cotangent"
    : "from a cotangent that was not finite already";
  return new GradbridgeError(
    "anomaly",
    `backward: ${node.operation.name} gave a gradient for input ${index} that is not finite, ${source}.` +
      (node.origin === undefined ? "" : `\nThe operation was called here:\n${node.origin}`),
  );
}
