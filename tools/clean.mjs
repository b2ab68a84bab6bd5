/** Removes everything a build writes (dist, generated sources, caches); installed dependencies stay. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const kept = new Set(["node_modules", ".git", ".venv", ".tensorflow", "runs"]);
const built = /^(dist|coverage|\.turbo)$|\.generated\.ts$|\.tsbuildinfo$/;

/** @param {string} folder */
function clean(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (kept.has(entry.name)) continue;
    if (built.test(entry.name)) rmSync(path, { recursive: true });
    else if (entry.isDirectory()) clean(path);
  }
}

clean(fileURLToPath(new URL("..", import.meta.url)));
