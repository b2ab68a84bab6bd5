import { GradbridgeError } from "@gradbridge/core";
import { type Env, makeVec, SyncVectorEnv, VectorEnv } from "gymnasium-js";

/** What to train in: an id, a function that makes an environment, or a vector environment of your own. */
export type TrainingEnv = string | (() => Env) | VectorEnv;

/** `numEnvs` environments that start their next episode in the same step. */
export function makeTrainingEnvs(env: TrainingEnv, numEnvs: number): VectorEnv {
  if (env instanceof VectorEnv) return env;
  if (typeof env === "string") {
    return makeVec(env, {
      numEnvs,
      vectorizationMode: "sync",
      autoresetMode: "same_step",
    }) as unknown as VectorEnv;
  }
  if (typeof env !== "function") {
    throw new GradbridgeError(
      "env",
      `train: env must be an id, a function that makes an environment, or a VectorEnv, got ${typeof env}.`,
    );
  }
  const create = Array.from({ length: numEnvs }, () => env);
  return new SyncVectorEnv(create, { autoresetMode: "same_step" }) as unknown as VectorEnv;
}
