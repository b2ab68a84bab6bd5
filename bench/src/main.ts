import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { circumstances, load } from "./machine.ts";
import { fullEffort, measureRow, smokeEffort } from "./measure.ts";
import { prepareNewestNode } from "./newest-node-environment.ts";
import { type PeerEnvironment, preparePeers } from "./peer-environment.ts";
import { json, markdown, type RowResult, textTable } from "./report.ts";
import { allRows } from "./rows.ts";

const usage = `pnpm bench [options]        measures, prints one table, writes bench/results/latest.json and docs/benchmarks.md
pnpm bench:peers [options]  the same, with Python systems beside it

Where Node is older than 24, Node 26 is installed into .node for a second measurement (100 MB, once).

  --only TEXT    rows whose id contains TEXT; docs/benchmarks.md stays as it is
  --rounds N     samples of each system (default ${fullEffort.rounds}; long rows take a fifth of it)
  --smoke        one iteration of everything, to see that it runs; nothing is written
`;

const { values } = parseArgs({
  options: {
    peers: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    rounds: { type: "string", default: String(fullEffort.rounds) },
    smoke: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const rounds = Number(values.rounds);
if (values.help || !Number.isInteger(rounds) || rounds < 1) {
  process.stdout.write(usage);
  process.exit(values.help ? 0 : 2);
}

const date = new Date().toISOString();
const peers: PeerEnvironment = values.peers ? preparePeers() : { versions: {}, problems: [] };
for (const problem of peers.problems) process.stderr.write(`peers: ${problem}\n`);

const rows = allRows(values.peers).filter(({ id }) => id.includes(values.only));
const newest = rows.some((row) => row.newest !== undefined)
  ? prepareNewestNode(!values.smoke)
  : { version: null, problem: null };
if (newest.problem !== null) process.stderr.write(`newest Node: ${newest.problem}\n`);

const effort = values.smoke
  ? smokeEffort
  : { ...fullEffort, rounds, longRounds: Math.max(1, Math.round(rounds / 5)) };
const loadBefore = load();
const results: RowResult[] = [];
for (const [i, row] of rows.entries()) {
  process.stderr.write(`${i + 1}/${rows.length} ${row.title} …\n`);
  results.push({ row, measurements: await measureRow(row, effort) });
}

if (values.smoke) {
  for (const { row, measurements } of results) {
    for (const measurement of measurements) {
      if ("failure" in measurement)
        process.stdout.write(`${row.id}: ${measurement.system}: ${measurement.failure}\n`);
    }
  }
  process.stdout.write(`${results.length} rows ran; the systems that did agree.\n`);
} else {
  process.stdout.write(`${textTable(results)}\n`);
  const command = `pnpm ${values.peers ? "bench:peers" : "bench"}${rounds === fullEffort.rounds ? "" : ` --rounds ${rounds}`}`;
  const where = circumstances({
    date,
    command,
    loadBefore,
    peerVersions: peers.versions,
    newestNode: newest.version,
  });
  process.stdout.write(`\n${where.cpu}, ${where.cores} cores, load ${loadBefore} … ${where.loadAfter}\n`);
  const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  mkdirSync(at("../results"), { recursive: true });
  writeFileSync(at("../results/latest.json"), json(results, where));
  if (values.only === "") writeFileSync(at("../../docs/benchmarks.md"), markdown(results, where));
}
