import type { Info } from "../env.ts";
import { createArray, dtypeOf, type NumericArray } from "../spaces/dtype.ts";
import type { VectorInfo } from "./vector-env.ts";

/**
 * Adds what environment `index` told to the information of all: `key` holds the values, the mask `_key` who gave one.
 *
 * Source: `VectorEnv._add_info` of Gymnasium 1.3.0.
 */
export function addInfo(into: VectorInfo, info: Info, index: number, numEnvs: number): void {
  for (const key in info) {
    const value = info[key];
    into[key] = place(into[key], value, index, numEnvs);
    into[`_${key}`] ??= new Uint8Array(numEnvs);
    (into[`_${key}`] as Uint8Array)[index] = 1;
  }
}

function place(held: unknown, value: unknown, index: number, numEnvs: number): unknown {
  if (typeof value === "number" || typeof value === "boolean") {
    const array = (held ??
      (typeof value === "number" ? new Float64Array(numEnvs) : new Uint8Array(numEnvs))) as NumericArray;
    array[index] = Number(value);
    return array;
  }
  const dtype = dtypeOf(value);
  if (dtype !== null) {
    const row = value as NumericArray;
    const array = (held ?? createArray(dtype, numEnvs * row.length)) as NumericArray;
    array.set(row, index * row.length);
    return array;
  }
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    const nested = (held ?? {}) as VectorInfo;
    addInfo(nested, value as Info, index, numEnvs);
    return nested;
  }
  const list = (held ?? new Array<unknown>(numEnvs).fill(null)) as unknown[];
  list[index] = value;
  return list;
}

/** What one environment told, taken out of the information of all: the inverse of {@link addInfo}. */
export function infoOf(infos: VectorInfo, index: number, numEnvs: number): Info {
  const info: Info = {};
  for (const key of Object.keys(infos)) {
    const mask = infos[`_${key}`];
    if (!(mask instanceof Uint8Array) || mask.length !== numEnvs || mask[index] !== 1) continue;
    const held = infos[key];
    if (dtypeOf(held) !== null) {
      const rows = held as NumericArray;
      const size = rows.length / numEnvs;
      info[key] = size === 1 ? rows[index] : rows.slice(index * size, (index + 1) * size);
    } else if (Array.isArray(held)) info[key] = held[index];
    else info[key] = infoOf(held as VectorInfo, index, numEnvs);
  }
  return info;
}
