/** What the process ends with. */
export const exitStatus = {
  done: 0,
  /** It went wrong while it ran. */
  failed: 1,
  /** Nothing ran: an argument, or what it names, is wrong. */
  wrongArguments: 2,
  /** Ended by Ctrl-C or SIGTERM; what there was is saved. */
  interrupted: 130,
} as const;

/** One of {@link exitStatus}. */
export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

/** The command cannot run as it was given: exit status 2. The message says what was given and what is allowed. */
export class ArgumentError extends Error {
  readonly code = "arguments";
}
