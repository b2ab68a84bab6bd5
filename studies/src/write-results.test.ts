import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { withTables, writeResults } from "./write-results.ts";

const page = "# Page\n\n<!-- table: one -->\nold\n<!-- end of table -->\n\nAfter.\n";
const table = { columns: ["mode", "cosine"], rows: [["seed", "1.0"]] };

it("exchanges the tables of a page and keeps the rest", () => {
  const text = withTables(page, { one: table });
  expect(text).toContain("| mode | cosine |\n| :--- | -----: |\n| seed |    1.0 |");
  expect(text).not.toContain("old");
  expect(text).toMatch(/^# Page\n[\s\S]*After\.\n$/);
  expect(withTables(text, { one: table })).toBe(text);
});

it("writes pictures beside the page, and nothing where the page has no place for a table", async () => {
  const folder = await mkdtemp(join(tmpdir(), "study-"));
  await writeFile(join(folder, "a.md"), page);
  const chart = {
    title: "t",
    x: { title: "x" },
    y: { title: "y" },
    lines: [{ name: "l", points: [{ x: 0, y: 0 }] }],
  };
  const pictures = { curve: { charts: [chart] } };
  await expect(writeResults(folder, "a", { tables: { two: table }, pictures })).rejects.toThrow("table: two");
  await expect(readFile(join(folder, "a", "curve.svg"))).rejects.toThrow();
  await writeResults(folder, "a", { tables: { one: table }, pictures });
  expect(await readFile(join(folder, "a", "curve.svg"), "utf8")).toContain("<svg");
  expect(await readFile(join(folder, "a.md"), "utf8")).toContain("cosine");
  await rm(folder, { recursive: true });
});
