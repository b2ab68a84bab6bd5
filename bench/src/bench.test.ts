import { expect, it } from "vitest";
import { measureRow, smokeEffort } from "./measure.ts";
import { allRows } from "./rows.ts";

// The same code path as `pnpm bench`, once through. measureRow compares the systems' answers, so a passing row has
// also shown that all of its systems computed the same thing.
it.for(allRows(false).map((row) => [row.id, row] as const))("%s", async ([, row], { skip }) => {
  const absent = (await row.absent?.(smokeEffort.scale)) ?? null;
  if (absent !== null) skip(absent);
  const measurements = await measureRow(row, smokeEffort);
  expect(measurements.map(({ system }) => system)).toEqual(Object.keys(row.systems));
  for (const measurement of measurements) {
    expect(measurement).not.toHaveProperty("failure");
    expect(measurement).toHaveProperty("spread.median", expect.any(Number));
  }
});
