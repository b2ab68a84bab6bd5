import { multiplyAdd, peakOperations } from "../peak.ts";
import { gigaflops, type Row } from "../row.ts";

/** What every share of the peak refers to. */
export const peakRow: Row = {
  id: "peak",
  title: "WebAssembly SIMD, independent multiplications and additions, one thread",
  unit: gigaflops(peakOperations),
  systems: { "this machine": multiplyAdd },
};
