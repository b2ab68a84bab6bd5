/** `pnpm setup:node [--or-skip]`: installs the newest Node into .node, for what only it can run. */
import { prepareNewestNode } from "./newest-node-environment.ts";

const { version, problem } = prepareNewestNode(true);
if (problem === null) {
  process.stdout.write(`Node ${version} is there.\n`);
} else {
  const skip = process.argv.includes("--or-skip");
  process.stdout.write(`${skip ? "skipped" : "error"}: ${problem}\n`);
  process.exitCode = skip ? 0 : 1;
}
