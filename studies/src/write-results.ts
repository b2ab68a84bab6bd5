import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderCharts } from "@gradbridge/charts";
import { markdownTable } from "markdown-table";
import type { StudyResult, StudyTable } from "./study.ts";

/**
 * Draws the pictures into FOLDER/NAME/ and puts the tables in their places on the page FOLDER/NAME.md, between the
 * lines `<!-- table: TABLE -->` and `<!-- end of table -->`. Returns the paths written.
 * @throws Error where the page has no place for a table; nothing is written then.
 */
export async function writeResults(
  folder: string,
  name: string,
  { tables, pictures }: StudyResult,
): Promise<string[]> {
  const path = join(folder, `${name}.md`);
  const page = withTables(await readFile(path, "utf8"), tables);
  const pictureFolder = join(folder, name);
  await mkdir(pictureFolder, { recursive: true });
  const paths = [path];
  for (const [picture, { charts, columns = 1 }] of Object.entries(pictures)) {
    const file = join(pictureFolder, `${picture}.svg`);
    await writeFile(file, await renderCharts(charts, { columns }));
    paths.push(file);
  }
  await writeFile(path, page);
  return paths;
}

/** The page with its tables exchanged for these. */
export function withTables(page: string, tables: StudyResult["tables"]): string {
  return Object.entries(tables).reduce((text, [name, table]) => {
    const begin = `<!-- table: ${name} -->`;
    const end = "<!-- end of table -->";
    const from = text.indexOf(begin);
    const to = text.indexOf(end, from);
    if (from < 0 || to < 0) throw new Error(`The page has no place "${begin}" … "${end}".`);
    return `${text.slice(0, from + begin.length)}\n\n${toMarkdown(table)}\n\n${text.slice(to)}`;
  }, page);
}

/** First column to the left, numbers to the right. */
export function toMarkdown({ columns, rows }: StudyTable): string {
  return markdownTable([columns, ...rows], { align: columns.map((_, i) => (i === 0 ? "left" : "right")) });
}
