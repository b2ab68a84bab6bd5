/** Receives every warning of this package. */
export type WarningHandler = (message: string) => void;

const printWarning: WarningHandler = (message) => console.warn(`gymnasium-js: ${message}`);
let handler: WarningHandler = printWarning;

/**
 * Chooses where warnings go; by default to `console.warn`.
 *
 * @param next - the new handler, or `null` for the default.
 * @returns the handler that was set before, so that it can be put back.
 */
export function setWarningHandler(next: WarningHandler | null): WarningHandler {
  const previous = handler;
  handler = next ?? printWarning;
  return previous;
}

/** Reports something that is allowed and probably a mistake, as Gymnasium's `logger.warn` does. */
export function warn(message: string): void {
  handler(message);
}
