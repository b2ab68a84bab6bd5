import { GradbridgeError } from "@gradbridge/core";
import type { Policy } from "@gradbridge/policy";

/**
 * Refuses a policy that cannot choose among allowed actions.
 * @throws code `mask`.
 */
export function checkMaskable({ choices }: Policy): void {
  if (choices.length > 0) return;
  throw new GradbridgeError(
    "mask",
    "actionMask is set, but this policy's actions take no mask: only choices among several can be forbidden.",
  );
}
