import { type ChildProcess, spawn } from "node:child_process";
import { delimiter } from "node:path";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { ChildProgramError } from "./child-program-error.ts";
import { encodeFrame, type Frame, FrameReader } from "./frame.ts";

/** How another program is started. */
export interface ProgramOptions {
  /** The program, as in a shell: `python3`, or a path. */
  readonly command: string;
  readonly args?: readonly string[];
  /** Its working directory. Default: this program's. */
  readonly cwd?: string;
  /** Variables of its environment, over those of this program. */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds that one call may take; then the program is killed. Default 60,000. */
  readonly timeoutMilliseconds?: number;
  /** Milliseconds from its start to its greeting. Default 60,000. */
  readonly startTimeoutMilliseconds?: number;
  /** Receives what it prints, on stdout and stderr. Default: passed on to stderr. */
  readonly onPrint?: (text: string) => void;
}

/** What is said of a {@link ChildProgram} and to it when it starts. */
export interface ProgramRole {
  /** Names it in errors, as in `external estimator "python3 solve.py"`. */
  readonly name: string;
  /** What it is asked to be; it refuses what it is not. */
  readonly role: string;
  /** More facts for its greeting. */
  readonly hello?: Frame["fields"];
}

/** The version of the protocol that this package speaks. */
const protocolVersion = 1;

const protocol = "gradbridge";
/** Milliseconds that a program has to end by itself, and to finish its last words after it ended. */
const graceMilliseconds = 2000;
const lastWordsMilliseconds = 200;
const keptWords = 2000;
/** Where the Python side of the protocol is; every program finds it as the module `gradbridge`. */
const pythonFolder = fileURLToPath(new URL("../../python", import.meta.url));

/** Programs in the middle of a call. They might never see that their pipes close, so they end with this process. */
const inCall = new Set<ChildProcess>();
let endsWithThisProcess = false;

function endWithThisProcess(): void {
  if (endsWithThisProcess) return;
  endsWithThisProcess = true;
  process.on("exit", () => inCall.forEach(kill));
}

/** Kills a process and all that it started. */
function kill(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // it ended already
  }
}

interface Pending {
  readonly resolve: (frame: Frame) => void;
  readonly reject: (error: ChildProgramError) => void;
}

/**
 * Another program that answers calls through two pipes, as `PROTOCOL.md` beside this file describes: it reads frames
 * from file descriptor 3 and writes frames to 4, so it may print as it likes.
 *
 * It starts with the first call. A program that dies, hangs or answers nonsense is killed, with all that it started;
 * the next call starts a new one. It sees no Ctrl-C and does not keep this process alive; when this process ends, its
 * pipes close, which tells it to end too.
 */
export class ChildProgram {
  /** How often it was started. */
  starts = 0;
  readonly #options: ProgramOptions;
  readonly #role: ProgramRole;
  #process: ChildProcess | null = null;
  #greeting: Frame | null = null;
  #pending: Pending | null = null;
  #calls = 0;
  #lastWords = "";
  #busy = false;
  #closed = false;

  constructor(options: ProgramOptions, role: ProgramRole) {
    this.#options = options;
    this.#role = role;
  }

  /** Whether a process is there that will take the next call. */
  get isRunning(): boolean {
    return this.#process !== null;
  }

  /**
   * Starts it where it is not running, and gives its greeting.
   * @throws ChildProgramError
   */
  async start(): Promise<Frame> {
    return this.#exclusively(() => this.#started());
  }

  /**
   * Sends a request and waits for the answer; starts the program where it is not running.
   * @throws ChildProgramError
   */
  async call(type: string, fields: Frame["fields"] = {}, arrays: Frame["arrays"] = {}): Promise<Frame> {
    return this.#exclusively(async () => {
      await this.#started();
      const id = this.#calls++;
      const { timeoutMilliseconds = 60_000 } = this.#options;
      const answer = await this.#ask({ type, fields: { ...fields, id }, arrays }, timeoutMilliseconds, type);
      if (answer.type === "error") throw this.#error("program-error", textOf(answer));
      if (answer.type !== "answer" || answer.fields.id !== id) {
        throw this.#abandon(
          "program-protocol",
          `answered ${type} ${id} with ${answer.type} ${answer.fields.id}.`,
        );
      }
      return answer;
    });
  }

  /** Kills it because of what it answered: the next call starts a new one. */
  abandon(): void {
    this.#kill();
  }

  /** Lets it end, and kills it where it does not. Calling it again does nothing. */
  async close(): Promise<void> {
    this.#closed = true;
    const child = this.#process;
    if (child === null) return;
    if (this.#busy) {
      this.#fail("program-closed", "was closed in the middle of a call.");
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#kill();
        resolve();
      }, graceMilliseconds);
      child.once("exit", () => {
        clearTimeout(timer);
        resolve();
      });
      (child.stdio[3] as Duplex).end();
    });
  }

  async #exclusively<T>(run: () => Promise<T>): Promise<T> {
    if (this.#closed) throw this.#error("program-closed", "was closed.");
    if (this.#busy) throw this.#error("program-busy", "is still busy with another call: await it first.");
    this.#busy = true;
    try {
      return await run();
    } finally {
      this.#busy = false;
    }
  }

  async #started(): Promise<Frame> {
    if (this.#process !== null && this.#greeting !== null) return this.#greeting;
    this.#spawn();
    const { startTimeoutMilliseconds = 60_000 } = this.#options;
    const { role, hello } = this.#role;
    const fields = { ...hello, protocol, version: protocolVersion, role };
    const greeting = await this.#ask(
      { type: "hello", fields, arrays: {} },
      startTimeoutMilliseconds,
      "hello",
    );
    if (greeting.type === "error") throw this.#abandon("program-start", textOf(greeting));
    const { protocol: theirs, version } = greeting.fields;
    if (greeting.type !== "hello" || theirs !== protocol || version !== protocolVersion) {
      throw this.#abandon(
        "program-start",
        `greeted with ${greeting.type}, protocol ${theirs} version ${version}; needed is hello, ${protocol} version ${protocolVersion}.`,
      );
    }
    this.#greeting = greeting;
    return greeting;
  }

  #spawn(): void {
    const { command, args = [], cwd, env } = this.#options;
    this.#lastWords = "";
    const child = spawn(command, [...args], {
      cwd,
      env: environment({ ...process.env, ...env }),
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
      // a process group of its own: no Ctrl-C of the terminal, and it can be killed with all that it started
      detached: process.platform !== "win32",
    });
    endWithThisProcess();
    this.#process = child;
    this.starts++;
    const reader = new FrameReader();
    const isCurrent = (): boolean => this.#process === child;
    child.on("error", (error) => {
      if (isCurrent()) this.#fail("program-start", `cannot be started: ${error.message}.`, error);
    });
    child.on("exit", (code, signal) => {
      const tell = (): void => {
        if (isCurrent()) this.#fail("program-exit", `ended with ${signal ?? `exit status ${code}`}.`);
      };
      if (this.#pending === null) return tell();
      // its last words may still be on their way
      child.once("close", tell);
      setTimeout(tell, lastWordsMilliseconds);
    });
    (child.stdio[4] as Duplex).on("data", (chunk: Buffer) => {
      if (isCurrent()) this.#receive(reader, chunk);
    });
    for (const stream of child.stdio.slice(1) as Duplex[]) {
      stream.on("error", () => {}); // a broken pipe is told by `exit`
      (stream as Duplex & { unref?(): void }).unref?.();
    }
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => this.#print(text));
    }
    child.unref();
  }

  #print(text: string): void {
    this.#lastWords = (this.#lastWords + text).slice(-keptWords);
    const { onPrint = (words) => void process.stderr.write(words) } = this.#options;
    onPrint(text);
  }

  #receive(reader: FrameReader, chunk: Buffer): void {
    try {
      for (const frame of reader.push(chunk)) {
        if (this.#pending === null) {
          this.#fail("program-protocol", `sent ${frame.type} without being asked.`);
          return;
        }
        const { resolve } = this.#pending;
        this.#pending = null;
        resolve(frame);
      }
    } catch (error) {
      if (!(error instanceof ChildProgramError)) throw error;
      this.#fail("program-protocol", `sent something else than an answer. ${error.message}`, error);
    }
  }

  /** Sends one frame and waits for one. */
  async #ask(frame: Frame, timeoutMilliseconds: number, what: string): Promise<Frame> {
    const bytes = encodeFrame(frame);
    const child = this.#process;
    if (child === null) throw this.#error("program-closed", "was closed in the middle of a call.");
    return new Promise<Frame>((resolve, reject) => {
      // the timer also keeps this process alive until the answer is there
      const timer = setTimeout(() => {
        this.#fail(
          "program-timeout",
          `did not answer ${what} within ${timeoutMilliseconds} ms, and was killed.`,
        );
      }, timeoutMilliseconds);
      inCall.add(child);
      const settle = (): void => {
        inCall.delete(child);
        clearTimeout(timer);
      };
      this.#pending = {
        resolve: (answer) => {
          settle();
          resolve(answer);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      };
      (child.stdio[3] as Duplex).write(bytes);
    });
  }

  /** Ends the process, and the call that waits for it with an error. */
  #fail(code: ChildProgramError["code"], what: string, cause?: unknown): void {
    const pending = this.#pending;
    const error = this.#abandon(code, what, cause);
    pending?.reject(error);
  }

  #abandon(code: ChildProgramError["code"], what: string, cause?: unknown): ChildProgramError {
    this.#kill();
    return this.#error(code, what, cause);
  }

  #kill(): void {
    const child = this.#process;
    this.#process = null;
    this.#greeting = null;
    this.#pending = null;
    if (child === null) return;
    inCall.delete(child);
    kill(child);
    for (const stream of child.stdio.slice(3) as Duplex[]) stream.destroy();
  }

  #error(code: ChildProgramError["code"], what: string, cause?: unknown): ChildProgramError {
    const words = this.#lastWords.trim();
    const isTelling = code === "program-exit" || code === "program-start" || code === "program-timeout";
    const quoted = isTelling && words !== "" ? ` Its last words:\n${words}` : "";
    const options = cause === undefined ? {} : { cause };
    return new ChildProgramError(code, `${this.#role.name} ${what}${quoted}`, options);
  }
}

function environment(
  given: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const { PYTHONPATH } = given;
  return {
    PYTHONUNBUFFERED: "1",
    ...given,
    GRADBRIDGE_PIPES: "3,4",
    PYTHONPATH: PYTHONPATH ? `${pythonFolder}${delimiter}${PYTHONPATH}` : pythonFolder,
  };
}

/** What an `error` frame says. */
function textOf({ fields: { message, details } }: Frame): string {
  const text = `reports: ${typeof message === "string" ? message : "an error without a message"}`;
  return typeof details === "string" && details !== "" ? `${text}\n${details}` : text;
}
