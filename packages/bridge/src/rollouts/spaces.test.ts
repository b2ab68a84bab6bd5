import { GradbridgeError } from "@gradbridge/core";
import {
  Box,
  Dict,
  Discrete,
  MultiBinary,
  MultiDiscrete,
  make,
  type NumericArray,
  Sequence,
  type Space,
  SyncVectorEnv,
  Text,
  Tuple,
} from "gymnasium-js";
import { describe, expect, it } from "vitest";
import { actionMask, actionMasks } from "./action-masks.ts";
import { actionDecoder, observationEncoder } from "./spaces.ts";

const spaces: Space[] = [
  new Box(-1, 2, { shape: [2, 3] }) as Space,
  new Box(0, 255, { shape: [4], dtype: "uint8" }) as Space,
  new Box(-3, 3, { shape: [2], dtype: "float64" }) as Space,
  new Discrete(5, { start: 2 }) as Space,
  new MultiDiscrete([2, 3, 4], { start: [0, 1, -2] }) as Space,
  new MultiBinary([2, 2]) as Space,
  new Tuple([new Discrete(3), new Box(0, 1, { shape: [2] }), new Discrete(2)]) as Space,
  new Dict({
    z: new Discrete(2),
    a: new Dict({ bits: new MultiBinary(3), place: new MultiDiscrete([2, 2]) }),
    m: new Tuple([new Box(-1, 1, { shape: [1] }), new Discrete(4, { start: 1 })]),
  }) as Space,
];

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof GradbridgeError) return error.code;
    throw error;
  }
  return "no error";
};

describe.each(spaces.map((space) => [`${space}`, space] as const))("observations of %s", (_, space) => {
  it("are laid out as the space flattens them, one by one and in a batch", () => {
    const encoder = observationEncoder(space);
    expect(encoder.size).toBe(space.flatSize);
    space.seed(3);
    const rows = 7;
    const batch = space.createBatch(rows);
    const expected: number[] = [];
    const one = new Float32Array(encoder.size);
    for (let row = 0; row < rows; row++) {
      const element = space.sample();
      space.writeBatch(batch, row, element);
      const flat = [...Float32Array.from(space.flatten(element) as ArrayLike<number>)];
      encoder.encodeOne(element, one);
      expect([...one]).toEqual(flat);
      expected.push(...flat);
    }
    const out = new Float32Array(rows * encoder.size).fill(9);
    encoder.encode(batch, out);
    expect([...out]).toEqual(expected);
  });
});

describe("observationEncoder", () => {
  it("leaves its neighbours alone where a place of the batch holds no element", () => {
    const encoder = observationEncoder(new Discrete(3, { start: 1 }));
    const out = new Float32Array(6);
    encoder.encode(Int32Array.of(3, 0), out);
    expect([...out]).toEqual([0, 0, 1, 0, 0, 0]);
  });

  it("reads Blackjack's tuple from a vector of environments", () => {
    const envs = new SyncVectorEnv([() => make("Blackjack-v1"), () => make("Blackjack-v1")]);
    const [batch] = envs.reset({ seed: 4 });
    const encoder = observationEncoder(envs.singleObservationSpace as Space);
    const out = new Float32Array(2 * encoder.size);
    encoder.encode(batch, out);
    expect(encoder.size).toBe(32 + 11 + 2);
    expect(out.reduce((total, value) => total + value, 0)).toBe(6);
    const [single] = make("Blackjack-v1").reset({ seed: 4 });
    const one = new Float32Array(encoder.size);
    encoder.encodeOne(single, one);
    expect([...out.subarray(0, encoder.size)]).toEqual([...one]);
  });

  it("names a space without a vector of fixed length, and where it is", () => {
    const sequence = new Sequence(new Discrete(2)) as Space;
    expect(code(() => observationEncoder(sequence))).toBe("space");
    expect(code(() => observationEncoder(new Text(3) as Space))).toBe("space");
    const nested = new Dict({ words: sequence }) as Space;
    expect(() => observationEncoder(nested)).toThrow(/Sequence\(.*\) in Dict/);
  });
});

describe("actionDecoder", () => {
  const rows = 3;

  it.each([
    [new Discrete(4) as Space, "categorical", 4, Int32Array.of(0, 3, 1), [0, 3, 1]],
    [new Discrete(4, { start: -1 }) as Space, "categorical", 4, Int32Array.of(0, 3, 1), [-1, 2, 0]],
    [
      new MultiDiscrete([2, 3], { start: [5, -1] }) as Space,
      "multiCategorical",
      5,
      Int32Array.of(0, 2, 1, 0, 1, 1),
      [5, 1, 6, -1, 6, 0],
    ],
    [new MultiBinary(2) as Space, "bernoulli", 2, Int32Array.of(0, 1, 1, 1, 0, 0), [0, 1, 1, 1, 0, 0]],
    [
      new Box([-1, 0], [1, 10]) as Space,
      "gaussian",
      2,
      Float32Array.of(-3, 5, 0.5, 12, 1, -1),
      [-1, 5, 0.5, 10, 1, 0],
    ],
    [
      new Box(0, 3, { shape: [1], dtype: "int32" }) as Space,
      "gaussian",
      1,
      Float32Array.of(0.6, 7, -2),
      [1, 3, 0],
    ],
  ])("gives %s actions of a %s policy that the space contains", (space, name, size, action, expected) => {
    const { head, decode } = actionDecoder(space);
    expect([head.name, head.size]).toEqual([name, size]);
    const batch = decode(action);
    expect([...batch]).toEqual(expected);
    for (let row = 0; row < rows; row++) {
      expect(space.contains(space.readBatch(batch, row))).toBe(true);
    }
    const width = batch.length / rows;
    const own = batch.slice(width, 2 * width) as NumericArray;
    expect(space.contains(name === "categorical" ? own[0] : own)).toBe(true);
  });

  it("stretches tanh over the bounds of a Box where asked", () => {
    const space = new Box([-2, 0], [2, 10], { dtype: "float64" }) as Space;
    const { head, decode } = actionDecoder(space, { squash: true, logStd: "network" });
    expect([head.name, head.size]).toEqual(["squashedGaussian", 4]);
    const batch = decode(Float32Array.of(0, 0, 50, -50, 0.5, -0.5));
    expect([...batch.slice(0, 4)]).toEqual([0, 5, 2, 0]);
    expect(batch[4]).toBeCloseTo(2 * Math.tanh(0.5), 14);
    expect(batch[5]).toBeCloseTo(5 - 5 * Math.tanh(0.5), 14);
  });

  it("explores a Box with lasting noise where asked", () => {
    const space = new Box(-1, 1, { shape: [2] }) as Space;
    expect(actionDecoder(space, { noiseEvery: 4, initialLogStd: -3 }).head.name).toBe(
      "stateDependentGaussian",
    );
    expect(code(() => actionDecoder(space, { noiseEvery: 4, squash: true }))).toBe("option");
    expect(code(() => actionDecoder(space, { noiseEvery: 4, logStd: "network" }))).toBe("option");
  });

  it("refuses what it cannot decode", () => {
    expect(code(() => actionDecoder(new Text(3) as Space))).toBe("space");
    expect(code(() => actionDecoder(new Box(0, Infinity, { shape: [1] }) as Space, { squash: true }))).toBe(
      "space",
    );
  });
});

describe("action masks", () => {
  it("are read from Taxi, alone and in a vector, also after a reset in the same step", () => {
    const envs = new SyncVectorEnv([() => make("Taxi-v4"), () => make("Taxi-v4")], {
      autoresetMode: "same_step",
    });
    const [, info] = envs.reset({ seed: 5 });
    const masks = actionMasks(info, [6], 2)!;
    const alone = make("Taxi-v4").reset({ seed: 6 })[1];
    expect([...masks.subarray(6)]).toEqual([...actionMask(alone, [6])!]);
    let resets = 0;
    for (let t = 0; t < 201; t++) {
      const [, , , truncated, next] = envs.step(Int32Array.of(0, 1));
      resets += truncated[0]!;
      const now = actionMasks(next, [6], 2)!;
      expect(now.subarray(0, 6).includes(1) && now.subarray(6).includes(1)).toBe(true);
    }
    expect(resets).toBe(1);
  });

  it("allow everything where an environment told none, and are null where none did", () => {
    const info = { action_mask: Int8Array.of(0, 0, 1, 0), _action_mask: Uint8Array.of(0, 1) };
    expect([...actionMasks(info, [2], 2)!]).toEqual([1, 1, 1, 0]);
    expect(actionMasks({}, [2], 2)).toBeNull();
    expect(actionMasks(info, [], 2)).toBeNull();
    expect(actionMask({}, [2])).toBeNull();
  });

  it("may come in one list per place", () => {
    const told = [Int8Array.of(0, 1), Int8Array.of(1, 1, 0)];
    expect([...actionMask({ actionMask: told }, [2, 3])!]).toEqual([0, 1, 1, 1, 0]);
    const info = { actionMask: [told, null], _actionMask: Uint8Array.of(1, 0) };
    expect([...actionMasks(info, [2, 3], 2)!]).toEqual([0, 1, 1, 1, 0, 1, 1, 1, 1, 1]);
  });

  it("of the wrong size are refused", () => {
    expect(code(() => actionMask({ actionMask: Int8Array.of(1) }, [2]))).toBe("mask");
    expect(code(() => actionMasks({ actionMask: Int8Array.of(1, 1, 1) }, [2], 1))).toBe("mask");
  });
});
