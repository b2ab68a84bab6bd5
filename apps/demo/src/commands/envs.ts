import { pluginEnvironment } from "@gradbridge/envs";
import { type EnvSpec, make, registry, type Space, type SpaceJson } from "gymnasium-js";
import { loadPlugin } from "../arguments/environment.ts";
import { exitStatus } from "../exit-status.ts";
import { textTable } from "../text-table.ts";
import type { CliCommand } from "./command.ts";

/** One environment, as `envs --json` prints it. */
interface EnvironmentEntry {
  readonly id: string;
  readonly observationSpace: SpaceJson | null;
  readonly actionSpace: SpaceJson | null;
  readonly maxEpisodeSteps: number | null;
  readonly rewardThreshold: number | null;
  readonly description: string | null;
  /** Why it cannot be made here; null where it can. */
  readonly reason: string | null;
}

/** `gradbridge envs`: what is registered. */
export const envsCommand: CliCommand = {
  declare(command) {
    command
      .description("Lists the environments for --env.")
      .option("--plugin <specifier>", "load environments first: a path as ./my-env.ts, or a package");
  },

  async execute(options, terminal) {
    if (options.plugin !== undefined) await loadPlugin(options.plugin);
    const specs = [...registry.values()].sort((a, b) => a.id.localeCompare(b.id, "en"));
    if (options.json === true) {
      terminal.out(`${JSON.stringify({ environments: specs.map((spec) => inspect(spec).entry) })}\n`);
    } else {
      terminal.out(table(specs));
    }
    return exitStatus.done;
  },
};

interface Inspection {
  readonly entry: EnvironmentEntry;
  /** The spaces for people. */
  readonly observation: string;
  readonly action: string;
}

/** Makes the environment to see its spaces; one that cannot be made here is listed with the reason. */
function inspect(spec: EnvSpec): Inspection {
  const { id, maxEpisodeSteps, rewardThreshold } = spec;
  const known = {
    id,
    maxEpisodeSteps,
    rewardThreshold,
    description: pluginEnvironment(id)?.description ?? null,
  };
  try {
    const env = make(spec);
    const { observationSpace, actionSpace } = env;
    env.close();
    return {
      entry: {
        ...known,
        observationSpace: observationSpace.toJSON(),
        actionSpace: actionSpace.toJSON(),
        reason: null,
      },
      observation: short(observationSpace),
      action: short(actionSpace),
    };
  } catch (error) {
    const reason = (error as Error).message;
    return {
      entry: { ...known, observationSpace: null, actionSpace: null, reason },
      observation: reason,
      action: "–",
    };
  }
}

function table(specs: readonly EnvSpec[]): string {
  const rows = [
    ["id", "action space", "max steps", "threshold", "observation space"],
    ...specs.map((spec) => {
      const { entry, observation, action } = inspect(spec);
      return [
        entry.id,
        action,
        `${entry.maxEpisodeSteps ?? "–"}`,
        `${entry.rewardThreshold ?? "–"}`,
        observation,
      ];
    }),
  ];
  return textTable(rows);
}

/** The space's text with numbers of four digits: bounds in float32 have seventeen. */
function short(space: Space): string {
  return space.toString().replace(/-?\d+\.\d+/g, (digits) => String(Number(Number(digits).toPrecision(4))));
}
