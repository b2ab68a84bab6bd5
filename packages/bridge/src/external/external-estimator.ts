import { GradbridgeError, stack, type Tensor } from "@gradbridge/core";
import { ChildProgram, ChildProgramError, type Frame, type ProgramOptions } from "@gradbridge/envs";
import { defineEstimator, type Estimator, type RolloutTargets } from "../estimators/estimator.ts";
import { type RolloutField, rolloutFields } from "../rollouts/rollout.ts";
import { readDeltas } from "./external-answer.ts";
import { type ExternalRollout, rolloutArrays } from "./rollout-arrays.ts";

/** Options of {@link externalEstimator}. */
export interface ExternalEstimatorOptions extends ProgramOptions {
  /** Names it in errors and logs. Default: the command. */
  readonly name?: string;
  /** What the program is told about a rollout, beside where episodes end. Default X, ỹ and r: `observation`, `outputs`, `reward`. */
  readonly fields?: readonly RolloutField[];
  /**
   * How often a request is repeated with a new process where the program died, hung or answered something malformed,
   * 0 or more. Default 0: that ends the training run. A wrong δ is never asked for twice.
   */
  readonly retries?: number;
  /** Told of every retry. */
  readonly onRetry?: (error: ChildProgramError) => void;
}

/** An estimator whose δ another program computes. Close it when done. */
export interface ExternalEstimator extends Estimator {
  prepareAsync(rollout: ExternalRollout): Promise<RolloutTargets>;
  /**
   * Asks the program: δ by output, row-major, in the output's shape [T·B, k], as `applyDelta` takes it.
   * @throws ChildProgramError, or DeltaError naming the estimator, the output and the row.
   */
  deltas(rollout: ExternalRollout): Promise<Record<string, Float32Array>>;
  /** Lets the program end. */
  close(): Promise<void>;
}

/**
 * Lets another program compute δ from (X, ỹ, r): any solver, in any language. It sees each rollout once and answers with one
 * δ per row, computed **at ỹ**; training applies it to the minibatches of that rollout. The program talks over two pipes;
 * `PROTOCOL.md` in `@gradbridge/envs` describes how, and its Python module `gradbridge` does it.
 *
 * δ does not follow the outputs while they move. With one epoch that is exact. With several, prefer
 * `apply: "surrogate", anchor: "behavior"`: every epoch then pulls the outputs toward the same target ỹ + δ and comes to rest
 * there, where `seed` and `inner` push along δ again in every epoch.
 *
 * Nothing is updated by a call that fails. The next call starts the program anew. A resumed run equals an uninterrupted
 * one if the program's answer depends on the request alone.
 *
 * @throws code `option` for options out of range.
 *
 * @example
 * const estimator = externalEstimator({ command: "python3", args: ["assign.py"], timeoutMilliseconds: 5000 });
 * await train({ env: "CartPole-v1", estimator, epochs: 1 });
 * await estimator.close();
 */
export function externalEstimator(options: ExternalEstimatorOptions): ExternalEstimator {
  const { command, args = [], fields = ["observation", "outputs", "reward"], retries = 0, onRetry } = options;
  const name = options.name ?? `external estimator "${[command, ...args].join(" ")}"`;
  if (typeof command !== "string" || command === "") {
    throw new GradbridgeError("option", "externalEstimator: command must be a program, such as python3.");
  }
  checkOptions(name, fields, retries);
  const program = new ChildProgram(options, { name, role: "estimator", hello: { fields: [...fields] } });
  /** The outputs that the program moves: those of its first answer. */
  let moved: readonly string[] | null = null;

  async function deltas(rollout: ExternalRollout): Promise<Record<string, Float32Array>> {
    const arrays = rolloutArrays(name, rollout, fields);
    const { steps, numEnvs } = rollout;
    for (let attempt = 0; ; attempt++) {
      try {
        checkGreeting(name, await program.start(), rollout, fields);
        const answer = await program.call("delta", { steps, numEnvs }, arrays);
        const answered = readDeltas(name, answer, rollout);
        moved = requireSame(name, moved, Object.keys(answered).sort());
        return answered;
      } catch (error) {
        if (attempt >= retries || !isWorthRetrying(error)) throw error;
        onRetry?.(error);
      }
    }
  }

  const estimator = defineEstimator({
    name,
    requires: fields,
    prepare() {
      throw new GradbridgeError(
        "estimator",
        `${name} computes δ in another program, which takes time: use \`await estimator.prepareAsync(rollout)\`.`,
      );
    },
    delta: ({ targets }) => joinColumns(targets),
  });
  return {
    ...estimator,
    prepareAsync: async (rollout) => splitColumns(await deltas(rollout), rollout),
    deltas,
    close: () => program.close(),
  };
}

function checkOptions(name: string, fields: readonly RolloutField[], retries: number): void {
  const unknown = fields.find((field) => !rolloutFields.includes(field));
  if (unknown !== undefined) {
    throw new GradbridgeError(
      "option",
      `${name}: unknown field "${unknown}". Use ${rolloutFields.join(", ")}.`,
    );
  }
  if (!Number.isInteger(retries) || retries < 0) {
    throw new GradbridgeError("option", `${name}: retries must be a whole number ≥ 0, got ${retries}.`);
  }
}

/** What the program says it needs must be sent, and what it says it moves must exist. */
function checkGreeting(
  name: string,
  { fields: { requires, outputs } }: Frame,
  rollout: ExternalRollout,
  fields: readonly RolloutField[],
): void {
  const missing = texts(requires).filter((field) => !fields.includes(field as RolloutField));
  if (missing.length > 0) {
    throw new GradbridgeError(
      "estimator",
      `${name} requires ${missing.join(", ")}, but is told ${fields.join(", ")} only. Add it to the option fields.`,
    );
  }
  const known = Object.keys(rollout.outputs);
  const unknown = texts(outputs).filter((output) => !known.includes(output));
  if (unknown.length > 0) {
    throw new GradbridgeError(
      "estimator",
      `${name} gives δ for ${unknown.join(", ")}, but the policy's outputs are ${known.join(", ")}.`,
    );
  }
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** A compiled step moves the same outputs every time. */
function requireSame(
  name: string,
  before: readonly string[] | null,
  now: readonly string[],
): readonly string[] {
  if (before === null || before.join() === now.join()) return now;
  throw new GradbridgeError(
    "delta",
    `${name} gave δ for ${now.join(", ")}, earlier for ${before.join(", ")}. It must be the same outputs every time; ` +
      "give zeros for those that shall stay.",
  );
}

function isWorthRetrying(error: unknown): error is ChildProgramError {
  return (
    error instanceof ChildProgramError &&
    (error.code === "program-exit" || error.code === "program-timeout" || error.code === "program-protocol")
  );
}

/** δ by output as targets, which have one number per row: a column [R] for each. */
function splitColumns(
  deltas: { readonly [output: string]: Float32Array },
  { outputs }: ExternalRollout,
): RolloutTargets {
  const targets: Record<string, Float32Array> = {};
  for (const [name, values] of Object.entries(deltas)) {
    const { size, scalar } = outputs[name]!;
    for (let column = 0; column < size; column++) {
      const rows = values.length / size;
      targets[scalar ? name : `${name}/${column}`] = Float32Array.from(
        { length: rows },
        (_, row) => values[row * size + column]!,
      );
    }
  }
  return targets;
}

/** The inverse of {@link splitColumns}, for the rows of a minibatch. */
function joinColumns(targets: { readonly [column: string]: Tensor }): Record<string, Tensor> {
  const columns = new Map<string, Tensor[]>();
  const deltas: Record<string, Tensor> = {};
  for (const [key, values] of Object.entries(targets)) {
    const end = key.lastIndexOf("/");
    const name = key.slice(0, end);
    if (end < 0) deltas[key] = values;
    else if (columns.has(name)) columns.get(name)!.push(values);
    else columns.set(name, [values]);
  }
  for (const [name, parts] of columns) deltas[name] = stack(parts, 1);
  return deltas;
}
