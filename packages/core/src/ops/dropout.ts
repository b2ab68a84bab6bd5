import { type Generator, GradbridgeError } from "@gradbridge/random";
import { DTypeError } from "../errors.ts";
import { tensor } from "../tensor/create.ts";
import { allocateArray } from "../tensor/dtype.ts";
import { active } from "../tensor/recording.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { mul } from "./mul.ts";

/**
 * x with each element set to 0 with the given probability and the others divided by 1 − probability (Srivastava et
 * al. 2014, scaled while training as in PyTorch). One number of the generator per element, in row-major order, so a
 * seed repeats it. For evaluation leave it out.
 * @param probability In [0, 1].
 * @throws code `option` for another probability, `dtype` for integers, `data-dependent` inside compile(), where a
 *   replay would drop the same elements again.
 */
export function dropout(x: Tensor, probability: number, generator: Generator): Tensor {
  if (!(probability >= 0 && probability <= 1)) {
    throw new GradbridgeError("option", `dropout: the probability must be in [0, 1], got ${probability}.`);
  }
  if (x.dtype === "int32") {
    throw new DTypeError('dropout: takes float tensors, got int32. Use cast(x, "float32").');
  }
  if (active.recording !== null) {
    throw new GradbridgeError(
      "data-dependent",
      "dropout: inside compile() a replay would drop the same elements every time. Pass the mask as an argument.",
    );
  }
  const draws = generator.fillRandom(new Float64Array(x.size));
  const mask = allocateArray(x.dtype, x.size);
  const scale = 1 / (1 - probability);
  for (let i = 0; i < mask.length; i++) mask[i] = draws[i] < probability ? 0 : scale;
  return mul(x, tensor(mask, { shape: x.shape, device: x.device }));
}
