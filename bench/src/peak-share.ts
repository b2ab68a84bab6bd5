import { newestNode } from "./newest-node.ts";
import type { RowResult } from "./report.ts";

/** How near our system of a row is to what WebAssembly can do here. */
export interface PeakShare {
  readonly title: string;
  readonly system: string;
  readonly gigaflops: number;
  /** One thread's measured peak with the vectors of the system's engine: 128 bits, or 256 on the newest Node. GFLOP/s. */
  readonly peak: number;
  /** Of that peak; above 1 only with several threads. */
  readonly share: number;
}

/** Our systems of every row that counts the operations of its matrix products; none without a measured peak of their engine. */
export function peakShares(results: readonly RowResult[]): PeakShare[] {
  const peaks = results.find(({ row }) => row.id === "peak");
  if (peaks === undefined) return [];
  const [narrow, ...others] = peaks.measurements;
  const wide = others.find(({ system }) => system === peaks.row.newest);
  return results.flatMap(({ row, measurements }) => {
    const { productOperations, title, unit } = row;
    if (productOperations === undefined || unit.label !== "µs") return [];
    return measurements.flatMap((measurement) => {
      const { system } = measurement;
      if (!("spread" in measurement) || !system.startsWith("Gradbridge")) return [];
      const measured = system.includes(newestNode) ? wide : narrow;
      if (measured === undefined || !("spread" in measured)) return [];
      const gigaflops = productOperations / measurement.spread.median / 1000;
      const peak = measured.spread.median;
      return [{ title, system, gigaflops, peak, share: gigaflops / peak }];
    });
  });
}
