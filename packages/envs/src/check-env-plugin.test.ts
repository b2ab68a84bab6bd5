import {
  Box,
  type Env,
  PendulumEnv,
  type ResetOptions,
  type ResetResult,
  registry,
  type StepResult,
  SyncVectorEnv,
  type VectorEnvCreator,
} from "gymnasium-js";
import { describe, expect, it } from "vitest";
import { blackBox } from "./black-box.ts";
import { checkEnvPlugin } from "./check-env-plugin.ts";
import { defineEnvPlugin, type EnvPlugin, type PluginEnvironment } from "./define-env-plugin.ts";

function pluginOf(entry: Omit<PluginEnvironment, "id">): EnvPlugin {
  return defineEnvPlugin({ name: "acme", version: "1.0.0", environments: [{ id: "Swing-v0", ...entry }] });
}

/** A pendulum that counts the steps since it was seeded; subclasses change what some of them give. */
class CountingEnv extends PendulumEnv {
  steps = 0;
  override reset(options?: ResetOptions): ResetResult<Float32Array> {
    if (options?.seed != null) this.steps = 0;
    return super.reset(options);
  }
  override step(action: Float32Array): StepResult<Float32Array> {
    const result = super.step(action);
    this.steps += 1;
    return this.changed(result);
  }
  changed(result: StepResult<Float32Array>): StepResult<Float32Array> {
    return result;
  }
}

function vectorOf(entryPoint: new () => PendulumEnv, count?: number): VectorEnvCreator {
  return (kwargs) => {
    const create = Array.from({ length: count ?? Number(kwargs.numEnvs) }, () => () => new entryPoint());
    return new SyncVectorEnv(create) as never;
  };
}

describe("checkEnvPlugin", () => {
  it("reports each environment, and registers none", async () => {
    const before = new Map(registry);
    const draws = {
      size: 2,
      sample: (random: { fillNormal(out: Float32Array): Float32Array }) =>
        random.fillNormal(new Float32Array(2)),
    };
    const plugin = defineEnvPlugin({
      name: "acme",
      version: "1.0.0",
      environments: [
        {
          id: "Swing-v0",
          entryPoint: CountingEnv,
          maxEpisodeSteps: 50,
          vectorEntryPoint: vectorOf(PendulumEnv),
        },
        blackBox({ name: "Sum-v0", outputs: 2, context: draws, evaluate: ([x], [y]) => x! * y! }),
      ],
    });
    const reports = await checkEnvPlugin(plugin);
    expect(reports.map(({ id }) => id)).toEqual(["Swing-v0", "Sum-v0"]);
    for (const warning of reports[1]!.warnings) expect(warning).toMatch(/Box\(-inf, inf/);
    expect(registry).toEqual(before);
  });

  class FarEnv extends CountingEnv {
    override changed([first, ...rest]: StepResult<Float32Array>): StepResult<Float32Array> {
      return [this.steps === 60 ? Float32Array.of(9, 9, 9) : first, ...rest];
    }
  }
  class WorthlessEnv extends CountingEnv {
    override changed([first, reward, ...rest]: StepResult<Float32Array>): StepResult<Float32Array> {
      return [first, this.steps === 60 ? Number.NaN : reward, ...rest];
    }
  }
  let luck = 0;
  class LuckyEnv extends CountingEnv {
    override changed([first, reward, ...rest]: StepResult<Float32Array>): StepResult<Float32Array> {
      return [first, this.steps === 60 ? luck++ : reward, ...rest];
    }
  }
  /** Its count is not part of its state. */
  class ForgetfulEnv extends CountingEnv {
    override changed([first, reward, ...rest]: StepResult<Float32Array>): StepResult<Float32Array> {
      return [first, this.steps > 150 ? 1 : reward, ...rest];
    }
  }
  class UnseededEnv extends PendulumEnv {
    override reset(_options?: ResetOptions): ResetResult<Float32Array> {
      return super.reset();
    }
  }

  it.each<[string, Omit<PluginEnvironment, "id">, string | RegExp]>([
    [
      "an observation outside of its space",
      { entryPoint: FarEnv },
      "step 59 gave an observation outside of Box(",
    ],
    [
      "a reward that is no number",
      { entryPoint: WorthlessEnv },
      "step 59 gave the reward NaN (number), not a finite number.",
    ],
    ["a reset that ignores the seed", { entryPoint: UnseededEnv }, "this.reseed(seed)"],
    [
      "hidden randomness",
      { entryPoint: LuckyEnv },
      /the same seed and actions twice: step 59 gave .*"reward":0,.* and then .*"reward":1,/,
    ],
    [
      "a state that lacks something",
      { entryPoint: ForgetfulEnv },
      /restore after 100 steps: step 150 gave .* state\(\) must hold everything/,
    ],
    ["no environment at all", { entryPoint: () => ({}) as Env }, "must make an Env"],
    [
      "an error of its own",
      {
        entryPoint: () => {
          throw new Error("no display");
        },
      },
      "no display",
    ],
    [
      "a vector of another size",
      { entryPoint: PendulumEnv, vectorEntryPoint: vectorOf(PendulumEnv, 2) },
      "vectorEntryPoint made 2 environments of 3.",
    ],
    [
      "a vector of other spaces",
      {
        entryPoint: PendulumEnv,
        vectorEntryPoint: vectorOf(
          class extends PendulumEnv {
            override readonly actionSpace = new Box(-9, 9, { shape: [1] });
          },
        ),
      },
      "singleActionSpace of the vector is Box(-9.0, 9.0, (1,), float32), not Box(-2.0, 2.0, (1,), float32).",
    ],
  ])("finds %s", async (_, entry, message) => {
    const checking = checkEnvPlugin(pluginOf(entry));
    await expect(checking).rejects.toMatchObject({ code: "plugin", name: "EnvPluginError" });
    await expect(checking).rejects.toThrow(/^environment plugin "acme": Swing-v0: /);
    await expect(checking).rejects.toThrow(message);
  });

  it("lets a declared nondeterministic environment differ", async () => {
    luck = 5;
    const [report] = await checkEnvPlugin(pluginOf({ entryPoint: LuckyEnv, nondeterministic: true }));
    expect(report?.id).toBe("Swing-v0");
  });
});
