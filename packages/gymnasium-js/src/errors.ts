import { GradbridgeError } from "@gradbridge/random";

/** The stable codes of {@link GymnasiumError}. */
export type GymnasiumErrorCode =
  | "malformed-id"
  | "unknown-id"
  | "namespace-not-found"
  | "version-not-found"
  | "deprecated"
  | "bad-registration"
  | "bad-entry-point"
  | "unknown-wrapper"
  | "unknown-kwarg"
  | "bad-kwarg"
  | "bad-option"
  | "bad-seed"
  | "bad-space"
  | "bad-mask"
  | "bad-element"
  | "bad-observation"
  | "bad-result"
  | "bad-state"
  | "invalid-action"
  | "reset-needed"
  | "unsupported-mode"
  | "unsupported"
  | "invalid-metadata"
  | "missing-package"
  | "check-failed"
  | "closed"
  | "call-pending"
  | "no-call-pending"
  | "timeout"
  | "dead-worker"
  | "env-failed";

/**
 * Every error this package throws on purpose. Match on `code`; the text names what was given and what is allowed.
 *
 * | code | when |
 * |---|---|
 * | `malformed-id` | an id is not `[namespace/]name[-vN]` |
 * | `unknown-id`, `namespace-not-found`, `version-not-found`, `deprecated` | nothing is registered under the id |
 * | `bad-registration`, `bad-entry-point`, `unknown-wrapper` | a spec cannot be registered or made |
 * | `unknown-kwarg`, `bad-kwarg`, `bad-option`, `bad-seed` | an argument of `make`, a constructor or `reset` is wrong |
 * | `bad-space`, `bad-mask`, `bad-element` | a space, a sampling mask or an element of a space is malformed |
 * | `bad-observation`, `bad-result`, `bad-state` | an environment returned or was given something malformed |
 * | `invalid-action`, `reset-needed`, `closed` | `step` was called with a wrong action or at the wrong time |
 * | `call-pending`, `no-call-pending`, `timeout` | a vector environment in worker threads is asked or waited for at the wrong time |
 * | `dead-worker`, `env-failed` | a worker thread ended; an environment in one threw an error of its own |
 * | `unsupported-mode`, `unsupported`, `invalid-metadata` | a mode or an operation is not offered here |
 * | `missing-package` | drawing or recording needs a package that is not installed |
 * | `check-failed` | `checkEnv` found a fault |
 */
export class GymnasiumError extends GradbridgeError {
  declare readonly code: GymnasiumErrorCode;

  constructor(code: GymnasiumErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}
