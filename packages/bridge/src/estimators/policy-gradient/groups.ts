import { GradbridgeError } from "@gradbridge/core";

/**
 * Maps numbers [T, B] group by group: at every step, each `size` neighbouring environments are one group (all of them
 * where `size` is left out), and `map` gives each member's new number from those of the whole group.
 * @throws code `estimator` where the environments cannot be divided into groups of that size.
 */
export function mapGroups(
  estimator: string,
  values: Float32Array,
  numEnvs: number,
  size: number | undefined,
  map: (group: Float32Array) => ArrayLike<number>,
): Float32Array {
  const width = size ?? numEnvs;
  if (numEnvs % width !== 0) {
    throw new GradbridgeError(
      "estimator",
      `${estimator}: ${numEnvs} environments cannot be divided into groups of ${width}; ` +
        "make numEnvs a multiple of groupSize.",
    );
  }
  const mapped = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += width)
    mapped.set(map(values.subarray(start, start + width)), start);
  return mapped;
}
