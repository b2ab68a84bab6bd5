import { z } from "zod";
import type { EnvMetadata } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import { closestMatch } from "../registration/closest-match.ts";

/** An environment class, as far as its arguments are concerned. */
interface KwargsOwner {
  readonly name: string;
  readonly metadata?: EnvMetadata;
}

/**
 * Checks the arguments of a built-in environment and fills in defaults. `renderMode` is always allowed.
 *
 * @throws GymnasiumError `unknown-kwarg`, with a suggestion; `bad-kwarg` for a value of the wrong type;
 *   `unsupported-mode` for a render mode the environment does not have.
 */
export function parseKwargs<Shape extends z.ZodRawShape>(
  owner: KwargsOwner,
  shape: Shape,
  kwargs: unknown,
): z.output<z.ZodObject<Shape>> & { renderMode: string | null } {
  const { renderMode = null, ...rest } = (kwargs ?? {}) as Record<string, unknown>;
  for (const name of Object.keys(rest)) {
    if (name in shape) continue;
    const suggestion = closestMatch(name, Object.keys(shape));
    const allowed = ["renderMode", ...Object.keys(shape)].join(", ");
    throw new GymnasiumError(
      "unknown-kwarg",
      `${owner.name} has no argument ${name}; it takes ${allowed}.${suggestion === null ? "" : ` Did you mean ${suggestion}?`}`,
    );
  }
  const parsed = z.object(shape).safeParse(rest);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
    throw new GymnasiumError("bad-kwarg", `${owner.name} was given a wrong argument. ${faults}.`);
  }
  const modes = owner.metadata?.renderModes ?? [];
  if (renderMode !== null && !modes.includes(String(renderMode))) {
    throw new GymnasiumError(
      "unsupported-mode",
      `${owner.name} has no render mode ${JSON.stringify(renderMode)}; it has ${modes.length === 0 ? "none" : modes.join(", ")}.`,
    );
  }
  return { ...parsed.data, renderMode: renderMode as string | null };
}

/**
 * A number among the options of `reset`.
 *
 * @throws GymnasiumError `bad-option` if it is there and not a finite number.
 */
export function numberOption(
  options: Readonly<Record<string, unknown>> | null | undefined,
  name: string,
  fallback: number,
): number {
  if (options == null || !(name in options)) return fallback;
  const value = options[name];
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new GymnasiumError(
    "bad-option",
    `reset: options.${name} must be a finite number, got ${String(value)}.`,
  );
}

/**
 * The bounds `low` and `high` of a uniform start among the options of `reset`.
 *
 * @throws GymnasiumError `bad-option` unless both are numbers and `low ≤ high`.
 */
export function boundsOption(
  options: Readonly<Record<string, unknown>> | null | undefined,
  defaultLow: number,
  defaultHigh: number,
): { readonly low: number; readonly high: number } {
  const low = numberOption(options, "low", defaultLow);
  const high = numberOption(options, "high", defaultHigh);
  if (low <= high) return { low, high };
  throw new GymnasiumError(
    "bad-option",
    `reset: options.low must be ≤ options.high, got ${low} and ${high}.`,
  );
}
