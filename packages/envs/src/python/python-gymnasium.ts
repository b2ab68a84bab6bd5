import {
  type AutoresetMode,
  GymnasiumError,
  type JsonValue,
  type Space,
  spaceFromJSON,
  type VectorEnv,
} from "gymnasium-js";
import { ChildProgram, type ProgramOptions } from "../programs/child-program.ts";
import { ChildProgramError } from "../programs/child-program-error.ts";
import type { Frame } from "../programs/frame.ts";
import { PythonVectorEnv } from "./python-vector-env.ts";

/** Options of {@link pythonGymnasium}. */
export interface PythonGymnasiumOptions extends Omit<ProgramOptions, "command" | "args"> {
  /** Id of the environment, as Gymnasium in Python knows it; `module:id` imports the module first. */
  readonly id: string;
  /** How many environments, ≥ 1. */
  readonly numEnvs: number;
  /** The Python that has Gymnasium installed. Default `python3`. */
  readonly python?: string;
  /** Arguments of the environment, by their names in Python. */
  readonly kwargs?: Readonly<Record<string, JsonValue>>;
  /** When environments start their next episode. Default `same_step`, which training needs. */
  readonly autoresetMode?: AutoresetMode;
  /**
   * How Python puts them together: `sync` (default) one after the other; `async` in a process each, for slow ones;
   * `vector_entry_point` the environment's own vector, which decides by itself when it resets.
   */
  readonly vectorizationMode?: "sync" | "async" | "vector_entry_point";
  /**
   * How often, in all, a process that died or hung is replaced in the mode `same_step`: its episodes then count as truncated
   * at their last observation. Default 3; after that, and in other modes, the error is thrown.
   */
  readonly maxRestarts?: number;
  /** Told of every restart. Default: a line on stderr. */
  readonly onRestart?: (error: ChildProgramError) => void;
}

/**
 * Real Gymnasium environments: a Python process runs them as one vector, and answers through pipes. A step costs some
 * 50 to 100 µs on top of what Python needs, so use many at once. What environments print goes to stderr.
 *
 * Spaces with arrays (`Box`, `Discrete`, `MultiDiscrete`, `MultiBinary`, and `Dict` and `Tuple` of those) can be sent. 64-bit
 * integers arrive as 32-bit ones where the space's bounds allow it and else as float64. `final_obs` and `final_info` arrive as
 * `finalObservation` and `finalInfo`; numbers among infos as `Float64Array`, flags as `Uint8Array`, all else as JSON.
 *
 * @throws GymnasiumError `missing-package` where Python lacks Gymnasium or NumPy, `bad-kwarg` for wrong options;
 *   ChildProgramError, with Python's own words, where the environment cannot be made.
 *
 * @example
 * const envs = await pythonGymnasium({ id: "LunarLander-v3", numEnvs: 16 });
 * await train({ env: envs, steps: 100_000 });
 * await envs.close();
 */
export async function pythonGymnasium(options: PythonGymnasiumOptions): Promise<VectorEnv> {
  const { id, numEnvs, python = "python3", kwargs = {} } = options;
  const { autoresetMode = "same_step", vectorizationMode = "sync" } = options;
  const { maxRestarts = 3, onRestart = (error) => console.error(`${error.message}\nIt is started anew.`) } =
    options;
  for (const [name, value, least] of [
    ["numEnvs", numEnvs, 1],
    ["maxRestarts", maxRestarts, 0],
  ] as const) {
    if (!Number.isInteger(value) || value < least) {
      throw new GymnasiumError(
        "bad-kwarg",
        `pythonGymnasium: ${name} must be a whole number ≥ ${least}, got ${value}.`,
      );
    }
  }
  const program = new ChildProgram(
    { ...options, command: python, args: ["-m", "gradbridge.environment"] },
    {
      name: `${id} in Python`,
      role: "environment",
      hello: { id, numEnvs, kwargs, autoresetMode, vectorizationMode },
    },
  );
  const greeting = await startOf(program, python);
  return new PythonVectorEnv({
    program,
    id,
    numEnvs,
    observationSpace: spaceOf(greeting, "observationSpace"),
    actionSpace: spaceOf(greeting, "actionSpace"),
    autoresetMode: greeting.fields.autoresetMode as AutoresetMode,
    maxRestarts,
    onRestart,
  });
}

async function startOf(program: ChildProgram, python: string): Promise<Frame> {
  try {
    return await program.start();
  } catch (error) {
    const missing = /No module named '(\w+)'/.exec((error as Error).message)?.[1];
    if (!(error instanceof ChildProgramError) || missing === undefined) throw error;
    throw new GymnasiumError(
      "missing-package",
      `${python} has no ${missing}: install it with \`${python} -m pip install gymnasium numpy\` (and what the environment ` +
        "needs), or give another `python`.",
      { cause: error },
    );
  }
}

function spaceOf({ fields }: Frame, name: string): Space {
  return spaceFromJSON(fields[name]!);
}
