import type { EnvSpec } from "../registration/env-spec.ts";
import { warn } from "../warning.ts";

/**
 * Draws in the render mode of an environment or vector environment. Without one it warns and gives `null`, as
 * Gymnasium does.
 *
 * @param modes - how to draw in each of `metadata.renderModes`.
 */
export function renderByMode<Frame>(
  env: { readonly renderMode: string | null; readonly spec: EnvSpec | null },
  modes: { readonly [mode: string]: () => Frame },
): Frame | null {
  const draw = env.renderMode === null ? undefined : modes[env.renderMode];
  if (draw !== undefined) return draw();
  const example = `make(${JSON.stringify(env.spec?.id ?? "…")}, { renderMode: "rgb_array" })`;
  warn(`render() was called without a render mode; choose one when making the environment: ${example}.`);
  return null;
}
