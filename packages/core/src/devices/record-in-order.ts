import type { Backend, DeviceBuffer, Launch, LaunchedKernel, Program } from "./backend.ts";
import { runCustom } from "./custom-kernel.ts";
import type { Kernel } from "./kernel.ts";

/** `Backend.record` for every backend that has none, or not for these launches: one by one, through `run`. */
export function recordInOrder(
  backend: Backend,
  launches: readonly Launch<LaunchedKernel>[],
  inputs: readonly DeviceBuffer[],
): Program {
  const kernels = launches.map(({ kernel }) => kernel);
  const copies = inputs.map(copyOf);
  return {
    setKernel(index, kernel) {
      kernels[index] = kernel;
    },
    run(given) {
      for (let i = 0; i < inputs.length; i++) {
        if (inputs[i].length > 0) backend.run(copies[i], [given[i]], [inputs[i]]);
      }
      for (let i = 0; i < launches.length; i++) {
        const kernel = kernels[i];
        if (kernel.kind === "custom") runCustom(backend, kernel, launches[i].inputs, launches[i].outputs);
        else if (kernel.kind === "chain") backend.runChain!(kernel, launches[i].inputs, launches[i].outputs);
        else backend.run(kernel, launches[i].inputs, launches[i].outputs);
      }
    },
    dispose() {},
  };
}

function copyOf({ dtype, length }: DeviceBuffer): Kernel {
  const layout = { inputOffset: 0, inputStrides: [1], outputOffset: 0, outputStrides: [1] };
  return { kind: "copy", dtype, shape: [length], ...layout };
}
