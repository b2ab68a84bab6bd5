import { fileURLToPath } from "node:url";
import { Argument, Command } from "commander";
import { studies } from "./registry.ts";
import { toMarkdown, writeResults } from "./write-results.ts";

const pages = fileURLToPath(new URL("../../docs/studies", import.meta.url));

const program = new Command("study")
  .description(
    `Runs a study and updates its page in docs/studies.\n\n${studies
      .map(({ name, question }) => `  ${name.padEnd(20)} ${question}`)
      .join("\n")}`,
  )
  .addArgument(new Argument("<name>", "which").choices(studies.map(({ name }) => name)))
  .option("--quick", "a short run that shows that everything works; writes nothing")
  .parse();

const study = studies.find(({ name }) => name === program.args[0])!;
const quick = program.opts<{ quick?: boolean }>().quick === true;
const log = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
const began = performance.now();
const result = await study.run({ quick, log });
for (const [name, table] of Object.entries(result.tables)) {
  process.stdout.write(`\n${name}\n\n${toMarkdown(table)}\n`);
}
const paths = quick ? [] : await writeResults(pages, study.name, result);
for (const path of paths) log(`wrote ${path}`);
log(`${((performance.now() - began) / 1000).toFixed(0)} s`);
