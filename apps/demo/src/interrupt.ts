/**
 * Signals closer together than this are one Ctrl-C: the terminal sends it to every process, and pnpm and npm then pass
 * theirs on.
 */
const sameKeyMilliseconds = 500;

/**
 * Turns the first Ctrl-C (SIGINT) or SIGTERM into an aborted signal, so that the work can end cleanly; a second one
 * ends the process at once, with status 130. After `release` signals do what they did before.
 */
export function listenForInterrupt(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  let firstAt: number | null = null;
  const onSignal = (): void => {
    if (firstAt === null) {
      firstAt = performance.now();
      process.stderr.write("\nStopping after this update. Ctrl-C again ends at once, without saving.\n");
      controller.abort();
    } else if (performance.now() - firstAt > sameKeyMilliseconds) {
      const showCursor = "\x1b[?25h";
      if (process.stderr.isTTY) process.stderr.write(showCursor);
      process.exit(130);
    }
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return {
    signal: controller.signal,
    release: () => {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
    },
  };
}
