import { generator } from "@gradbridge/random";
import { describe, expect, it } from "vitest";
import type { Env } from "../env.ts";
import type { JsonValue } from "../json.ts";
import { make } from "../registration/make.ts";
import { makeVec } from "../registration/make-vec.ts";
import { registry } from "../registration/registry.ts";
import { Discrete } from "../spaces/discrete.ts";
import { AUTORESET_MODES, type AutoresetMode, type InProcessVectorEnv } from "../vector/vector-env.ts";

const NATIVE = [...registry.values()].filter(({ vectorEntryPoint }) => vectorEntryPoint !== null);

interface Layout {
  /** What a single environment restores, from the state of one in a vector. */
  readonly single: (state: readonly number[]) => Record<string, JsonValue>;
  /** Bounds of the drawn places of a start, and how they are rounded. */
  readonly drawn: readonly (readonly [number, number])[];
  readonly round?: (value: number) => number;
  readonly kwargs: Record<string, JsonValue>;
  /** Options of `reset` under which episodes soon end by themselves, or `null` where none does. */
  readonly nearEnd: Record<string, number> | null;
}

const cartPole: Layout = {
  single: (state) => ({ state, stepsBeyondEnd: -1 }),
  drawn: new Array(4).fill([-0.05, 0.05]),
  kwargs: { suttonBartoReward: true },
  nearEnd: { low: -0.2, high: 0.2 },
};
const LAYOUTS: Readonly<Record<string, Layout>> = {
  "CartPole-v0": cartPole,
  "CartPole-v1": cartPole,
  "MountainCar-v0": {
    single: (state) => ({ state }),
    drawn: [[-0.6, -0.4]],
    kwargs: { goalVelocity: 0.001 },
    nearEnd: { low: 0.49, high: 0.5 },
  },
  "MountainCarContinuous-v0": {
    single: (state) => ({ state }),
    drawn: [[-0.6, -0.4]],
    kwargs: { goalVelocity: 0.001 },
    nearEnd: { low: 0.445, high: 0.45 },
  },
  "Pendulum-v1": {
    single: (state) => ({ state: state.slice(0, 2), torque: null }),
    drawn: [
      [-Math.PI, Math.PI],
      [-1, 1],
    ],
    kwargs: { g: 9.81 },
    nearEnd: null,
  },
  "Acrobot-v1": {
    single: (state) => ({ state: state.slice(0, 4), isSingle: state[4] === 1 }),
    drawn: new Array(4).fill([-0.1, 0.1]),
    round: Math.fround,
    kwargs: { bookOrNips: "nips" },
    nearEnd: { low: 1.8, high: 2 },
  },
};

function native(id: string, options: Record<string, unknown>): InProcessVectorEnv {
  return makeVec(id, { ...options, vectorizationMode: "vector_entry_point" });
}

function bare(id: string, kwargs: Record<string, JsonValue> = {}): Env {
  return make<Env>(id, { ...kwargs, disableEnvChecker: true }).unwrapped;
}

/** The state of every environment in a vector. */
function statesOf(envs: InProcessVectorEnv): number[][] {
  const { state } = envs.state() as unknown as { state: number[] };
  const size = state.length / envs.numEnvs;
  return Array.from({ length: envs.numEnvs }, (_, i) => state.slice(i * size, (i + 1) * size));
}

function codeOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return "nothing thrown";
}

it("every native vector environment is tested here", () => {
  expect(NATIVE.map(({ id }) => id).sort()).toEqual(Object.keys(LAYOUTS).sort());
});

it("makeVec chooses as Gymnasium does unless asked", () => {
  const chosen = NATIVE.filter(({ id }) => makeVec(id).spec?.kwargs.vectorizationMode !== "sync");
  expect(chosen.map(({ id }) => id)).toEqual(["CartPole-v0", "CartPole-v1"]);
});

describe.each(NATIVE.map(({ id }) => id))("native vector of %s", (id) => {
  const layout = LAYOUTS[id]!;

  it.each([1, 3, 17].flatMap((numEnvs) => AUTORESET_MODES.map((mode) => [numEnvs, mode] as const)))(
    "%d environments, %s: every step is that of a single one, bit for bit",
    (numEnvs, autoresetMode) => {
      const seen = { terminated: 0, truncated: 0 };
      for (const kwargs of [{}, layout.kwargs]) {
        for (const options of [null, layout.nearEnd]) {
          for (let seed = 0; seed < 17 / numEnvs; seed++) {
            const { terminated, truncated } = compareSteps(id, layout, {
              numEnvs,
              autoresetMode,
              kwargs,
              options,
              seed,
            });
            seen.terminated += terminated;
            seen.truncated += truncated;
          }
        }
      }
      expect(seen.truncated).toBeGreaterThan(0);
      expect(seen.terminated > 0).toBe(layout.nearEnd !== null);
    },
  );

  it("one environment gives the trajectory of a single one, resets and generator included", () => {
    const envs = native(id, { numEnvs: 1, autoresetMode: "next_step", maxEpisodeSteps: 40 });
    const single = make<Env>(id, { maxEpisodeSteps: 40 });
    const expectSame = (found: unknown, expected: unknown): void => expect(found).toEqual(expected);
    expectSame(envs.reset({ seed: 8 })[0], single.reset({ seed: 8 })[0]);
    single.actionSpace.seed(8);
    let done = false;
    for (let t = 0; t < 300; t++) {
      const action = single.actionSpace.sample();
      const actions = single.actionSpace instanceof Discrete ? [action] : (action as Float32Array);
      const [observations, rewards, terminated, truncated] = envs.step(actions as never);
      const [observation, reward, ended, cut]: unknown[] = done
        ? [single.reset()[0], 0, false, false]
        : single.step(action);
      expectSame(observations, observation);
      expect([rewards[0], terminated[0], truncated[0]]).toEqual([reward, Number(ended), Number(cut)]);
      done = Boolean(ended) || Boolean(cut);
    }
    expect((envs.state() as { random: unknown }).random).toEqual(single.random.state);
  });

  it("starts are drawn place by place for all environments that start", () => {
    const round = layout.round ?? ((value: number) => value);
    const envs = native(id, { numEnvs: 5 });
    envs.reset({ seed: 3 });
    const random = generator(3);
    const expectDrawn = (indices: readonly number[]): void => {
      const states = statesOf(envs);
      for (const [place, [low, high]] of layout.drawn.entries()) {
        for (const i of indices) expect(states[i]![place]).toBe(round(random.uniform(low, high)));
      }
    };
    expectDrawn([0, 1, 2, 3, 4]);
    const before = statesOf(envs);
    envs.reset({ options: { resetMask: [0, 1, 0, 0, 1] } });
    expectDrawn([1, 4]);
    for (const i of [0, 2, 3]) expect(statesOf(envs)[i]).toEqual(before[i]);
  });

  it.each(AUTORESET_MODES)("%s: same seed, same run; a restored run continues exactly", (autoresetMode) => {
    const options = { numEnvs: 6, autoresetMode, maxEpisodeSteps: 9, copy: true };
    const first = native(id, options);
    const [again, restored] = [native(id, options), native(id, options)];
    first.actionSpace.seed(2);
    const actions = Array.from({ length: 40 }, () => first.actionSpace.sample());
    const run = (envs: InProcessVectorEnv, some: readonly unknown[]): unknown[] =>
      some.map((action) => {
        const result = envs.step(action as never);
        const done = result[2].map((flag, i) => flag | result[3][i]!);
        return autoresetMode === "disabled" && done.includes(1)
          ? [result, envs.reset({ options: { resetMask: done } })]
          : result;
      });
    const start = first.reset({ seed: 12 });
    expect(again.reset({ seed: 12 })).toEqual(start);
    expect(run(again, actions.slice(0, 14))).toEqual(run(first, actions.slice(0, 14)));
    restored.restore(JSON.parse(JSON.stringify(first.state())) as JsonValue);
    const rest = run(first, actions.slice(14));
    expect(run(restored, actions.slice(14))).toEqual(rest);
    expect(run(again, actions.slice(14))).toEqual(rest);
    expect(first.reset({ seed: 13 })[0]).not.toEqual(start[0]);
  });

  it("refuses what is wrong and keeps its state", () => {
    const envs = native(id, { numEnvs: 3 });
    const good = envs.actionSpace.sample();
    expect(codeOf(() => envs.step(good as never))).toBe("reset-needed");
    expect(codeOf(() => envs.reset({ options: { resetMask: [1, 0, 0] } }))).toBe("reset-needed");
    envs.reset({ seed: 4 });
    const before = envs.state();
    const bad =
      envs.singleActionSpace instanceof Discrete
        ? [[0, 0], [0, 1, 9], [0, 1, 0.5], [0, 1, -1], 3]
        : [new Float32Array(2), Float32Array.of(0, Number.NaN, 0), [[1], [1], [1, 1]], 3];
    for (const actions of bad) expect(codeOf(() => envs.step(actions as never))).toBe("invalid-action");
    expect(codeOf(() => envs.reset({ seed: -1 }))).toBe("bad-seed");
    const badOption = id === "Pendulum-v1" ? { xInit: "far" } : { low: 1, high: 0 };
    expect(codeOf(() => envs.reset({ seed: 1, options: badOption }))).toBe("bad-option");
    expect(codeOf(() => envs.restore({ ...(before as object), done: [0] } as JsonValue))).toBe("bad-state");
    expect(envs.state()).toEqual(before);
    expect(codeOf(() => native(id, { numEnvs: 2, nonsense: 1 }))).toBe("unknown-kwarg");
    expect(codeOf(() => native(id, { numEnvs: 2, renderMode: "ansi" }))).toBe("unsupported-mode");
  });
});

interface Setting {
  readonly numEnvs: number;
  readonly autoresetMode: AutoresetMode;
  readonly kwargs: Record<string, JsonValue>;
  readonly options: Record<string, number> | null;
  readonly seed: number;
}

/** Steps a vector and, from its states, a single environment; counts how often episodes ended. */
function compareSteps(
  id: string,
  layout: Layout,
  setting: Setting,
): { terminated: number; truncated: number } {
  const { numEnvs, autoresetMode, kwargs, options, seed } = setting;
  const limit = 25;
  const envs = native(id, { numEnvs, autoresetMode, maxEpisodeSteps: limit, ...kwargs });
  const single = bare(id, kwargs);
  const seen = { terminated: 0, truncated: 0 };
  const elapsed = new Array<number>(numEnvs).fill(0);
  const done = new Array<boolean>(numEnvs).fill(false);
  const width = envs.singleObservationSpace.flatSize;
  single.reset({ seed: 0 });
  envs.reset({ seed, options });
  envs.actionSpace.seed(seed);
  for (let t = 0; t < 60; t++) {
    const states = statesOf(envs);
    const actions = envs.actionSpace.sample() as unknown as Int32Array | Float32Array;
    // Some forces and torques are out of bounds, where single environments clip them.
    if (actions instanceof Float32Array) for (let i = t % 3; i < numEnvs; i += 3) actions[i]! *= 1.5;
    const [batch, rewards, terminated, truncated, info] = envs.step(actions as never);
    const observations = batch as Float32Array;
    const finals = info.finalObservation as Float32Array | undefined;
    for (let i = 0; i < numEnvs; i++) {
      if (done[i]) {
        done[i] = false;
        elapsed[i] = 0;
        expect([rewards[i], terminated[i], truncated[i]]).toEqual([0, 0, 0]);
        continue;
      }
      const random = (single.state!() as { random: JsonValue }).random;
      single.restore!({ random, ...layout.single(states[i]!) });
      const action = actions instanceof Int32Array ? actions[i]! : actions.slice(i, i + 1);
      const [observation, reward, ended] = single.step(action);
      const cut = ++elapsed[i]! >= limit;
      seen.terminated += Number(ended);
      seen.truncated += Number(cut);
      const isOver = ended || cut;
      const from = autoresetMode === "same_step" && isOver ? finals! : observations;
      expect(from.slice(i * width, (i + 1) * width)).toEqual(observation);
      expect([rewards[i], terminated[i], truncated[i]]).toEqual([reward, Number(ended), Number(cut)]);
      if (finals !== undefined) expect((info._finalObservation as Uint8Array)[i]).toBe(Number(isOver));
      if (!isOver) continue;
      if (autoresetMode === "same_step") elapsed[i] = 0;
      else done[i] = true;
    }
    if (autoresetMode === "disabled" && done.includes(true)) {
      envs.reset({ options: { resetMask: done.map(Number), ...options } });
      for (const i of elapsed.keys()) if (done[i]) elapsed[i] = 0;
      done.fill(false);
    }
  }
  return seen;
}
