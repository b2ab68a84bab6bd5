import { peer } from "../peer.ts";
import { microseconds, type Row, stepsPerSecond } from "../row.ts";
import { type DevicePpoWork, devicePpo, seededStep, whyNoGpu } from "../systems/webgpu.ts";

const cartPoles: DevicePpoWork = { numEnvs: 4096, steps: 32, updates: 20, epochs: 4, minibatchSize: 16_384 };

/** Our device `webgpu` on a real GPU, and PyTorch on the same one, float32 with TF32 off. */
export function webGpuRows(withPeers: boolean): Row[] {
  return [
    step([4, 1024, 1024, 2], 65_536, withPeers, 0.5),
    step([4, 64, 64, 2], 4096, withPeers, 1),
    {
      id: "webgpu-ppo-cart-pole",
      title: `PPO on CartPole-v1, ${cartPoles.numEnvs.toLocaleString("en")} environments on the GPU`,
      unit: stepsPerSecond(cartPoles.numEnvs * cartPoles.steps * cartPoles.updates),
      long: true,
      absent: whyNoGpu,
      systems: { "Gradbridge, webgpu": devicePpo(cartPoles) },
    },
  ];
}

function step(sizes: readonly number[], batch: number, withPeers: boolean, goal: number): Row {
  const name = sizes.join("-");
  return {
    id: `webgpu-step-${name}-batch-${batch}`,
    title: `seeded step on the GPU, ${name} tanh, Adam, batch ${batch.toLocaleString("en")}`,
    unit: microseconds(),
    tolerance: 1e-5,
    goals: { PyTorch: goal },
    absent: whyNoGpu,
    systems: {
      "Gradbridge, webgpu": seededStep(sizes, batch),
      ...(withPeers && {
        "PyTorch, CUDA": peer("torch_network", "seeded_step", { sizes, batch, threads: 1, device: "cuda" }),
      }),
    },
  };
}
