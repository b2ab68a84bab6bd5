import { readFile } from "node:fs/promises";
import { setDevice } from "@gradbridge/core";
import { beforeEach, describe, expect, it } from "vitest";
import { studies } from "./registry.ts";
import { withTables } from "./write-results.ts";

describe.each(studies.map((study) => [study.name, study] as const))("%s", (name, study) => {
  beforeEach(() => setDevice("wasm"));

  it("runs, has a place on its page for every table, and shows every picture", async () => {
    const { tables, pictures } = await study.run({ quick: true, log: () => {} });
    const page = await readFile(new URL(`../../docs/studies/${name}.md`, import.meta.url), "utf8");
    withTables(page, tables); // throws where there is none
    for (const picture of Object.keys(pictures)) expect(page).toContain(`](${name}/${picture}.svg)`);
    for (const { columns, rows } of Object.values(tables)) {
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) expect(row).toHaveLength(columns.length);
    }
    expect(page).toContain(`pnpm study ${name}`);
  });
});
