import type { Env } from "../env.ts";
import type { ElementOf, Space } from "../spaces/space.ts";
import { ActionWrapper } from "../wrapper.ts";

/**
 * Changes every action by a function before it reaches the environment.
 *
 * @example new TransformAction(env, (action) => 1 - action, null)
 */
export class TransformAction<
  Observation extends Space = Space,
  Action extends Space = Space,
  InnerAction extends Space = Action,
> extends ActionWrapper<Observation, Action, InnerAction> {
  readonly #change: (action: ElementOf<Action>) => ElementOf<InnerAction>;

  /**
   * @param change - what the environment is given for an action.
   * @param actionSpace - the space of what `change` takes; `null` if it stays the same.
   */
  constructor(
    env: Env<Observation, InnerAction>,
    change: (action: ElementOf<Action>) => ElementOf<InnerAction>,
    actionSpace: Action | null,
  ) {
    super(env);
    this.#change = change;
    if (actionSpace !== null) this.actionSpace = actionSpace;
  }

  override action(action: ElementOf<Action>): ElementOf<InnerAction> {
    return this.#change(action);
  }
}
