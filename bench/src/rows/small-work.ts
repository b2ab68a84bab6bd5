import { peer } from "../peer.ts";
import { microseconds, type Row } from "../row.ts";
import * as gradbridge from "../systems/gradbridge.ts";
import * as jaxJs from "../systems/jax-js.ts";
import * as tfjs from "../systems/tfjs.ts";

const sizes = [4, 64, 64, 2];
const operations = 100;
const elements = 16;

/** Work so small that the cost of a call decides. */
export function smallWork(withPeers: boolean): Row[] {
  return [
    {
      id: "forward-one",
      title: `forward, ${sizes.join("-")}, batch 1, read on the host`,
      unit: microseconds(),
      tolerance: 1e-6,
      goals: { PyTorch: 12, tfjs: 20 },
      systems: {
        Gradbridge: gradbridge.forwardOne("compiled", sizes),
        "Gradbridge, eager": gradbridge.forwardOne("eager", sizes),
        "tfjs cpu": tfjs.forwardOne("cpu", sizes),
        "tfjs wasm": tfjs.forwardOne("wasm", sizes),
        "jax-js wasm": jaxJs.forwardOne(sizes),
        ...(withPeers && {
          "PyTorch, 1 thread": peer("torch_network", "forward_one", { sizes, threads: 1 }),
          "JAX jit": peer("jax_network", "forward_one", { sizes }),
        }),
      },
    },
    {
      id: "operation",
      title: `one eager elementwise operation on ${elements} numbers, forward and backward`,
      unit: microseconds(operations),
      tolerance: 1e-5,
      systems: {
        Gradbridge: gradbridge.operationChain(operations, elements),
        "tfjs cpu": tfjs.operationChain("cpu", operations, elements),
        "tfjs wasm": tfjs.operationChain("wasm", operations, elements),
        ...(withPeers && {
          "PyTorch, 1 thread": peer("torch_network", "operation_chain", {
            count: operations,
            size: elements,
            threads: 1,
          }),
        }),
      },
    },
  ];
}
