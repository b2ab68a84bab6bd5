import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Env, type ResetOptions, type ResetResult, type StepResult } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import { make } from "../registration/make.ts";
import { register, registry } from "../registration/registry.ts";
import { setCanvasFactory } from "../rendering/canvas.ts";
import { Box } from "../spaces/box.ts";
import { Discrete } from "../spaces/discrete.ts";
import { setWarningHandler } from "../warning.ts";
import { checkEnv } from "./check-env.ts";

let warnings: string[];
beforeEach(() => {
  warnings = [];
  setWarningHandler((message) => warnings.push(message));
});
afterEach(() => {
  setWarningHandler(null);
  for (const id of [...registry.keys()]) if (id.startsWith("test/")) registry.delete(id);
});

/** Counts steps from a random start; each faulty variant below changes one thing. */
class Counter extends Env<Box, Discrete> {
  readonly observationSpace: Box = new Box(0, 100, { shape: [1] });
  readonly actionSpace: Discrete = new Discrete(2);
  protected count = 0;

  override reset({ seed }: ResetOptions = {}): ResetResult<Float32Array> {
    this.reseed(seed);
    this.count = this.random.integers(0, 10);
    return [this.observe(), {}];
  }

  override step(action: number): StepResult<Float32Array> {
    this.count += action;
    return [this.observe(), 1, this.count >= 90, false, {}];
  }

  protected observe(): Float32Array {
    return Float32Array.of(this.count);
  }
}

function made(entryPoint: new () => Env): Env {
  register({ id: "test/Counter-v0", entryPoint });
  return make("test/Counter-v0", { disableEnvChecker: true }).unwrapped;
}

describe("checkEnv", () => {
  it("accepts a correct environment without a warning", () => {
    expect(checkEnv(made(Counter))).toEqual([]);
  });

  const faults: [string, RegExp, new () => Env][] = [
    [
      "ignores the seed",
      /reseed/,
      class extends Counter {
        override reset(): ResetResult<Float32Array> {
          return super.reset();
        }
      },
    ],
    [
      "draws from elsewhere",
      /reseed/,
      class extends Counter {
        override reset(options?: ResetOptions): ResetResult<Float32Array> {
          super.reset(options);
          this.count = Math.random() * 10;
          return [this.observe(), {}];
        }
      },
    ],
    [
      "leaves the space",
      /not in Box/,
      class extends Counter {
        protected override observe(): Float32Array {
          return Float32Array.of(-1);
        }
      },
    ],
    [
      "returns too little",
      /\[observation, info\]/,
      class extends Counter {
        override reset(options?: ResetOptions): ResetResult<Float32Array> {
          return super.reset(options)[0] as unknown as ResetResult<Float32Array>;
        }
      },
    ],
    [
      "steps by chance",
      /same seed and action give different observations/,
      class extends Counter {
        override step(action: number): StepResult<Float32Array> {
          this.count = Math.random();
          return super.step(action);
        }
      },
    ],
    [
      "truncates at once",
      /truncates after one step/,
      class extends Counter {
        override step(action: number): StepResult<Float32Array> {
          const result = super.step(action);
          result[3] = true;
          return result;
        }
      },
    ],
    [
      "rejects options",
      /options: \{\}/,
      class extends Counter {
        override reset(options?: ResetOptions): ResetResult<Float32Array> {
          if (options?.options) throw new Error("no options");
          return super.reset(options);
        }
      },
    ],
    [
      "writes something else by stepInto",
      /stepInto must write exactly/,
      class extends Counter {
        override step(action: number): StepResult<Float32Array> {
          return super.step(action);
        }
        override stepInto(
          action: number,
          batch: { rewards: Float64Array },
          index: number,
        ): Record<string, unknown> {
          batch.rewards[index] = super.step(action)[1] + 1;
          return {};
        }
      },
    ],
    [
      "forgets part of its state",
      /state\(\) leaves something out/,
      class extends Counter {
        override state(): null {
          return null;
        }
        override restore(): void {}
      },
    ],
    [
      "closes once only",
      /close\(\) of a closed environment/,
      class extends Counter {
        #closed = false;
        override close(): void {
          if (this.#closed) throw new Error("already closed");
          this.#closed = true;
        }
      },
    ],
  ];
  it.each(faults)("finds an environment that %s", (_, message, entryPoint) => {
    expect(() => checkEnv(made(entryPoint))).toThrow(message);
  });

  it("warns of a render mode that cannot be checked for want of a canvas package, and checks the rest", () => {
    const missing = new GymnasiumError("missing-package", "There is no canvas here.");
    const before = setCanvasFactory(() => {
      throw missing;
    });
    try {
      expect(checkEnv(make("CartPole-v1"))).toContain(
        'Render mode "rgb_array" was not checked: There is no canvas here.',
      );
    } finally {
      setCanvasFactory(before);
    }
  });

  it("warns of what is probably a mistake", () => {
    class Wide extends Counter {
      override readonly observationSpace: Box = new Box(Number.NEGATIVE_INFINITY, 100, { shape: [1] });
      seed(): void {}
    }
    expect(checkEnv(made(Wide))).toEqual([
      expect.stringContaining("goes down to −Infinity"),
      expect.stringContaining("seeded by reset"),
    ]);
    expect(checkEnv(make("CartPole-v1"))).toContainEqual(expect.stringContaining("is wrapped"));
  });
});

describe.each([...registry.keys()])("%s", (id) => {
  it("passes checkEnv", () => {
    const kept = warnings;
    checkEnv(make(id).unwrapped);
    const unusual = kept.filter((warning) => !/Infinity|symmetric|out of date|was not checked/.test(warning));
    expect(unusual).toEqual([]);
  });

  it("repeats a rollout exactly", () => {
    const rollout = (): unknown[] => {
      const env = make(id);
      env.actionSpace.seed(11);
      const seen: unknown[] = [env.reset({ seed: 11 })];
      for (let t = 0; t < 300; t++) {
        const result = env.step(env.actionSpace.sample());
        expect(env.observationSpace.contains(result[0])).toBe(true);
        seen.push(structuredClone(result));
        if (result[2] || result[3]) seen.push(env.reset());
      }
      return seen;
    };
    expect(rollout()).toEqual(rollout());
  });
});
