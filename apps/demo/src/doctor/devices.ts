import type { DeviceInfo } from "@gradbridge/core";
import { type Finding, note, ok, problem } from "./finding.ts";

/** One finding for each device. Without the default one, nothing trains. */
export function deviceFindings(known: readonly DeviceInfo[]): Finding[] {
  return known.map(({ name, description, available, details, reason, current }) => {
    const title = `device ${name}`;
    if (available) return ok(title, details ?? description);
    return (current ? problem : note)(title, "not here", reason ?? "no reason given");
  });
}
