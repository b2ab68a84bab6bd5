import type { Backend, DeviceBuffer, Launch, Program } from "./backend.ts";
import type { AnyKernel, Kernel } from "./kernel.ts";

/** `Backend.record` for every backend that has none: the launches, one by one, through `run`. */
export function recordInOrder(
  backend: Backend,
  launches: readonly Launch<AnyKernel>[],
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
        backend.run(kernels[i], launches[i].inputs, launches[i].outputs);
      }
    },
    dispose() {},
  };
}

function copyOf({ dtype, length }: DeviceBuffer): Kernel {
  const layout = { inputOffset: 0, inputStrides: [1], outputOffset: 0, outputStrides: [1] };
  return { kind: "copy", dtype, shape: [length], ...layout };
}
