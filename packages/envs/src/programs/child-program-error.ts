import { GradbridgeError } from "@gradbridge/random";

/** The stable codes of {@link ChildProgramError}. */
export type ChildProgramErrorCode =
  | "program-start"
  | "program-exit"
  | "program-timeout"
  | "program-error"
  | "program-protocol"
  | "program-busy"
  | "program-closed";

/**
 * Something went wrong with another program that answers through pipes.
 *
 * | code | when |
 * |---|---|
 * | `program-start` | it cannot be started, or speaks another protocol or version |
 * | `program-exit` | it ended in the middle of a call; its exit status and last words are in the text |
 * | `program-timeout` | it did not answer in time, and was killed |
 * | `program-error` | it answered that something is wrong; its own text follows |
 * | `program-protocol` | what it sent is malformed, or not what was asked for |
 * | `program-busy`, `program-closed` | it was called while another call runs, or after it was closed |
 */
export class ChildProgramError extends GradbridgeError {
  declare readonly code: ChildProgramErrorCode;

  constructor(code: ChildProgramErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}
