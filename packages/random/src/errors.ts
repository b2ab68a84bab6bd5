/**
 * Every error this project throws on purpose. `code` is stable across releases: match on it, not on the text.
 * The text says what was expected, what came, and what to do.
 *
 * It lives in this package because every other one depends on it; `@gradbridge/core` re-exports it.
 */
export class GradbridgeError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}
