import { listenForInterrupt } from "./interrupt.ts";

/** Where a command reads signals and writes text. Tests give one of their own. */
export interface Terminal {
  /** Whether somebody watches the progress: stderr is a terminal and not a file or a pipe. */
  readonly interactive: boolean;
  /** How the user calls this program, for commands to copy: `gradbridge`, or `pnpm demo`. */
  readonly program: string;
  /** Whether errors come with their stack. */
  readonly debug: boolean;
  /** Writes a result, to stdout. */
  out(text: string): void;
  /** Writes everything else, to stderr. */
  err(text: string): void;
  /** Sends to stderr whatever others print (`console.log` in an environment), so that stdout holds results alone. */
  keepOutputPure(): void;
  /** Aborts the signal at the first Ctrl-C or SIGTERM, until released. */
  interrupts(): { readonly signal: AbortSignal; release(): void };
}

/** The terminal, pipe or file that this process was started with. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const writeOut = stdout.write.bind(stdout);
  // A reader that has seen enough (`| head`) closes the pipe; that is no failure.
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  return {
    interactive: stderr.isTTY === true,
    program: env.npm_lifecycle_event === "demo" ? "pnpm demo" : "gradbridge",
    debug: (env.DEBUG ?? "").split(/[\s,]+/).includes("gradbridge"),
    out: (text) => void writeOut(text),
    err: (text) => void stderr.write(text),
    keepOutputPure: () => {
      stdout.write = stderr.write.bind(stderr) as typeof stdout.write;
    },
    interrupts: listenForInterrupt,
  };
}
