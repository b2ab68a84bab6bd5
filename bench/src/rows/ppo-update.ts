import { newestNode, onNewestNode } from "../newest-node.ts";
import { peer } from "../peer.ts";
import { microseconds, type Row } from "../row.ts";
import { twoThreads } from "../systems/devices.ts";
import { ppoUpdate, size } from "../systems/ppo-update.ts";

/** One optimizer step of PPO: actor and critic 64-64 tanh, norm of the gradient clipped, Adam. */
export function ppoUpdates(withPeers: boolean): Row[] {
  const newest = `Gradbridge, ${newestNode}, seed`;
  return [
    {
      id: "ppo-update",
      title: `PPO minibatch update, ${size} rows, actor and critic 64-64 tanh`,
      unit: microseconds(),
      tolerance: 1e-5,
      goals: { "Gradbridge, differentiated loss": 1, "Gradbridge, surrogate": 1 / 1.05 },
      newest,
      systems: {
        "Gradbridge, seed": ppoUpdate("compiled", "seed"),
        "Gradbridge, surrogate": ppoUpdate("compiled", "surrogate"),
        "Gradbridge, inner": ppoUpdate("compiled", "inner"),
        "Gradbridge, differentiated loss": ppoUpdate("compiled", "loss"),
        "Gradbridge, seed, 2 threads": ppoUpdate("compiled", "seed", twoThreads),
        [newest]: onNewestNode("ppoUpdate", { threads: 1 }),
        [`${newest}, 2 threads`]: onNewestNode("ppoUpdate", { threads: 2 }),
        "Gradbridge, eager, seed": ppoUpdate("eager", "seed"),
        "Gradbridge, eager, differentiated loss": ppoUpdate("eager", "loss"),
        ...(withPeers && {
          "PyTorch, 1 thread": peer("torch_network", "ppo_update", { size, threads: 1 }),
          "PyTorch, 2 threads": peer("torch_network", "ppo_update", { size, threads: 2 }),
          "JAX jit": peer("jax_network", "ppo_update", { size }),
        }),
      },
    },
  ];
}
