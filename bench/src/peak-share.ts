import type { RowResult } from "./report.ts";

/** How near our system of a row is to what WebAssembly can do here. */
export interface PeakShare {
  readonly title: string;
  readonly system: string;
  readonly gigaflops: number;
  /** Of one thread's measured peak; above 1 only with several threads. */
  readonly share: number;
}

/** Our systems of every row that counts the operations of its matrix products; none without a measured peak. */
export function peakShares(results: readonly RowResult[]): PeakShare[] {
  const peak = results.find(({ row }) => row.id === "peak")?.measurements[0];
  if (peak === undefined || !("spread" in peak)) return [];
  return results.flatMap(({ row, measurements }) => {
    const { productOperations, title, unit } = row;
    if (productOperations === undefined || unit.label !== "µs") return [];
    return measurements.flatMap((measurement) => {
      if (!("spread" in measurement) || !measurement.system.startsWith("Gradbridge")) return [];
      const gigaflops = productOperations / measurement.spread.median / 1000;
      return [{ title, system: measurement.system, gigaflops, share: gigaflops / peak.spread.median }];
    });
  });
}
