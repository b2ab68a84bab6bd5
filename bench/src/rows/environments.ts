import { generator } from "@gradbridge/random";
import { make, makeVec } from "gymnasium-js";
import { peer } from "../peer.ts";
import { type Row, stepsPerSecond } from "../row.ts";
import { inProcess, type StartSubject } from "../subject.ts";

const singleSteps = 1000;

/** CartPole-v1 under random actions, drawn before the clock starts. */
export function environments(withPeers: boolean): Row[] {
  return [
    {
      id: "cartpole",
      title: "CartPole-v1, make() with its default wrappers",
      unit: stepsPerSecond(singleSteps),
      systems: {
        "gymnasium-js": single,
        ...(withPeers && { Gymnasium: peer("gymnasium_envs", "single", { steps: singleSteps }) }),
      },
    },
    vector(16, 100, "sync", withPeers),
    vector(64, 100, "vector_entry_point", withPeers),
    vector(1024, 20, "vector_entry_point", withPeers),
  ];
}

const single: StartSubject = () => {
  const env = make("CartPole-v1");
  const actions = randomActions(singleSteps);
  env.reset({ seed: 0 });
  let position = 0;
  return inProcess({
    iterate() {
      for (const action of actions) {
        const [observation, , terminated, truncated] = env.step(action);
        position = observation[0]!;
        if (terminated || truncated) env.reset();
      }
    },
    finish: () => position,
    stop: () => env.close(),
  });
};

function vector(
  numEnvs: number,
  steps: number,
  mode: "sync" | "vector_entry_point",
  withPeers: boolean,
): Row {
  const start: StartSubject = () => {
    const envs = makeVec("CartPole-v1", { numEnvs, vectorizationMode: mode });
    const actions = Array.from({ length: steps }, (_, i) => randomActions(numEnvs, i));
    envs.reset({ seed: 0 });
    let position = 0;
    return inProcess({
      iterate() {
        for (const action of actions) position = envs.step(action)[0][0]!;
      },
      finish: () => position,
      stop: () => envs.close(),
    });
  };
  const how = mode === "sync" ? "one after the other" : "in one loop";
  return {
    id: `cartpole-vector-${numEnvs}`,
    title: `CartPole-v1, vector of ${numEnvs}, ${how}`,
    unit: stepsPerSecond(steps * numEnvs),
    systems: {
      "gymnasium-js": start,
      ...(withPeers && { Gymnasium: peer("gymnasium_envs", "vector", { num_envs: numEnvs, steps, mode }) }),
    },
  };
}

function randomActions(length: number, seed = 0): Int32Array {
  const random = generator(seed);
  return Int32Array.from({ length }, () => random.integers(0, 2));
}
