import type { Reporter, SerializedError, TestModule } from "vitest/node";

/**
 * Ends every test run with one line that any log reader understands: `N passed, N failed, N skipped`.
 *
 * A file or a suite that fails outside its tests (it does not load, a `beforeAll` throws) and an error that
 * no test caught count as one failure each: whatever makes the exit status non-zero shows in the line.
 */
class PlainSummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    let skipped = 0;
    for (const module of modules) {
      if (module.errors().length > 0) failed++;
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) failed++;
      }
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        if (state === "passed") passed++;
        else if (state === "failed") failed++;
        else skipped++;
      }
    }
    // After the default reporter's own summary, whatever order the reporters are called in.
    process.once("exit", () => {
      process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
    });
  }
}

export default PlainSummaryReporter;
