import { newestNode, onNewestNode, runningNode } from "../newest-node.ts";
import { multiplyAdd, peakOperations } from "../peak.ts";
import { gigaflops, type Row } from "../row.ts";

/** What every share of the peak refers to. */
export const peakRow: Row = {
  id: "peak",
  title: "WebAssembly SIMD, independent multiplications and additions, one thread",
  unit: gigaflops(peakOperations),
  newest: `256-bit vectors, ${newestNode}`,
  systems: {
    [`128-bit vectors, ${runningNode}`]: multiplyAdd,
    [`256-bit vectors, ${newestNode}`]: onNewestNode("multiplyAdd", {}),
  },
};
