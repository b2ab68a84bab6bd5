import type { Info } from "../../env.ts";
import type { BatchOf, Space } from "../../spaces/space.ts";
import type {
  MaybePromise,
  VectorActions,
  VectorInfo,
  VectorResetOptions,
  VectorResetResult,
  VectorStepResult,
} from "../../vector/vector-env.ts";
import { infoOf } from "../../vector/vector-info.ts";
import { VectorWrapper, whenReady } from "../../vector/vector-wrapper.ts";

/** Gives the information of all environments as a list under `info.list`: one info for each environment. */
export class VectorDictInfoToList<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends VectorWrapper<Observation, Action> {
  override reset(options?: VectorResetOptions): MaybePromise<VectorResetResult<BatchOf<Observation>>> {
    return whenReady(this.env.reset(options), ([observations, info]) => [observations, this.#listed(info)]);
  }

  override step(actions: VectorActions<Action>): MaybePromise<VectorStepResult<BatchOf<Observation>>> {
    return whenReady(this.env.step(actions), ([observations, rewards, terminated, truncated, info]) => [
      observations,
      rewards,
      terminated,
      truncated,
      this.#listed(info),
    ]);
  }

  #listed(info: VectorInfo): { list: Info[] } {
    return { list: Array.from({ length: this.numEnvs }, (_, i) => infoOf(info, i, this.numEnvs)) };
  }
}
