import { GymnasiumError, type GymnasiumErrorCode } from "../../errors.ts";
import type { EnvFailure } from "./protocol.ts";

/**
 * Environments of an `AsyncVectorEnv` threw, or their worker ended. The other environments did what was asked, keep
 * their state and can go on.
 *
 * `code` is that of the first failure: the environment's own (`"invalid-action"`, `"reset-needed"`, …), `"env-failed"`
 * for errors that are not this package's, `"dead-worker"` where the thread ended. `cause` is the first error itself, as
 * far as it can be sent between threads.
 */
export class AsyncVectorEnvError extends GymnasiumError {
  /** What failed, by environment. */
  readonly failures: readonly EnvFailure[];
  /**
   * What `reset` or `step` would have returned, so that nothing of the other environments is lost; the places of
   * failed environments mean nothing. `null` where the call never ran.
   */
  readonly result: unknown;

  constructor(failures: readonly EnvFailure[], result: unknown = null) {
    const [first] = failures as [EnvFailure, ...EnvFailure[]];
    const others = failures.slice(1).map(({ index }) => index);
    const more =
      others.length === 0
        ? ""
        : ` Also failed: environment${others.length > 1 ? "s" : ""} ${others.join(", ")}.`;
    const cause = Object.assign(new Error(first.message), { name: first.name, stack: first.stack });
    super(
      first.code as GymnasiumErrorCode,
      `Environment ${first.index} of the vector: ${first.message}${more}`,
      { cause },
    );
    this.failures = failures;
    this.result = result;
  }

  /** Index of the first environment that failed. */
  get envIndex(): number {
    return this.failures[0]!.index;
  }
}
