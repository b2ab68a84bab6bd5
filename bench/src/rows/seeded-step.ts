import { newestNode, onNewestNode } from "../newest-node.ts";
import { peer } from "../peer.ts";
import { microseconds, type Row } from "../row.ts";
import { twoThreads } from "../systems/devices.ts";
import * as gradbridge from "../systems/gradbridge.ts";
import * as jaxJs from "../systems/jax-js.ts";
import * as tfjs from "../systems/tfjs.ts";

const narrow = [4, 64, 64, 2];
const wide = [4, 256, 256, 2];

/** Forward, backward from a given cotangent, one Adam step: a tanh network, its input and cotangent on the device. */
export function seededSteps(withPeers: boolean): Row[] {
  return [
    step(narrow, 64, withPeers, { JAX: 2, PyTorch: 8 }),
    step(narrow, 256, withPeers, { JAX: 1.3, PyTorch: 5 }),
    step(narrow, 4096, withPeers, {}),
    step(wide, 256, withPeers, { JAX: 1 }),
    step(wide, 4096, withPeers, { PyTorch: 0.5 }),
  ];
}

function step(
  sizes: readonly number[],
  batch: number,
  withPeers: boolean,
  goals: Readonly<Record<string, number>>,
): Row {
  const name = sizes.join("-");
  const newest = (threads: 1 | 2) => onNewestNode("seededStep", { sizes, batch, threads });
  const torch = (threads: number) => peer("torch_network", "seeded_step", { sizes, batch, threads });
  return {
    id: `step-${name}-batch-${batch}`,
    title: `seeded step, ${name} tanh, Adam, batch ${batch.toLocaleString("en")}`,
    unit: microseconds(),
    tolerance: 1e-5,
    goals,
    productOperations: productOperations(sizes, batch),
    newest: `Gradbridge, ${newestNode}, 2 threads`,
    systems: {
      "Gradbridge, 2 threads": gradbridge.seededStep("compiled", sizes, batch, twoThreads),
      "Gradbridge, 1 thread": gradbridge.seededStep("compiled", sizes, batch),
      [`Gradbridge, ${newestNode}, 2 threads`]: newest(2),
      [`Gradbridge, ${newestNode}, 1 thread`]: newest(1),
      "Gradbridge, eager": gradbridge.seededStep("eager", sizes, batch),
      ...(sizes[1]! * batch < 1e6 && { "tfjs cpu": tfjs.seededStep("cpu", sizes, batch) }), // else seconds a step
      "tfjs wasm": tfjs.seededStep("wasm", sizes, batch),
      "jax-js wasm": jaxJs.seededStep(sizes, batch),
      ...(withPeers && {
        "PyTorch, 1 thread": torch(1),
        "PyTorch, 2 threads": torch(2),
        "JAX jit": peer("jax_network", "seeded_step", { sizes, batch }),
      }),
    },
  };
}

/** Forward, gradient of the weights, gradient of every layer's input but the first: 2 · rows · inputs · outputs each. */
function productOperations(sizes: readonly number[], batch: number): number {
  return sizes.slice(1).reduce((sum, outputs, layer) => {
    const products = layer === 0 ? 2 : 3;
    return sum + products * 2 * batch * sizes[layer]! * outputs;
  }, 0);
}
