import { settingsSchema, type TrainSettings } from "@gradbridge/bridge";
import { z } from "zod";
import { packageVersion } from "../package-version.ts";

/** What a run is: the content of `config.json`. */
export interface RunConfig {
  readonly format: "gradbridge-run";
  /** Id of the environment, with its version. */
  readonly env: string;
  /** Where the environment comes from: an absolute path or a package's name; null where it is built in. */
  readonly plugin: string | null;
  /** All of them, resolved: what was given and what is tuned for the environment. */
  readonly settings: TrainSettings;
  /** What it was made with. */
  readonly versions: { readonly gradbridge: string; readonly node: string };
}

/** Checks a {@link RunConfig}. Names that later versions may add are let through. */
export const runConfigSchema: z.ZodType<RunConfig> = z.object({
  format: z.literal("gradbridge-run"),
  env: z.string(),
  plugin: z.string().nullable(),
  settings: settingsSchema,
  versions: z.object({ gradbridge: z.string(), node: z.string() }),
});

/** The config of a run made here and now. */
export function runConfig(run: Pick<RunConfig, "env" | "plugin" | "settings">): RunConfig {
  const versions = { gradbridge: packageVersion(), node: process.version };
  return { format: "gradbridge-run", env: run.env, plugin: run.plugin, settings: run.settings, versions };
}
