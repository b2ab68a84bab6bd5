import { expectTypeOf, it } from "vitest";
import type { Env } from "../env.ts";
import { Box } from "../spaces/box.ts";
import { Dict } from "../spaces/dict.ts";
import { Discrete } from "../spaces/discrete.ts";
import type { BatchOf, ElementOf } from "../spaces/space.ts";
import { Tuple } from "../spaces/tuple.ts";
import { make } from "./make.ts";
import { makeVec } from "./make-vec.ts";

it("types of observations and actions follow the spaces", () => {
  const env = make("CartPole-v1");
  expectTypeOf(env.step).parameter(0).toEqualTypeOf<number>();
  expectTypeOf(env.reset()[0]).toEqualTypeOf<Float32Array>();
  expectTypeOf(env.actionSpace.n).toEqualTypeOf<number>();
  expectTypeOf(make("Pendulum-v1").step).parameter(0).toEqualTypeOf<Float32Array>();
  expectTypeOf(make("Blackjack-v1").reset()[0]).toEqualTypeOf<readonly [number, number, number]>();
  const other = (): Env<Box<"uint8">, Discrete> => make<Env<Box<"uint8">, Discrete>>("acme/Pixels-v0");
  expectTypeOf<ReturnType<typeof other>["reset"]>().returns.toEqualTypeOf<
    [observation: Uint8Array, info: Record<string, unknown>]
  >();
  expectTypeOf(makeVec("CartPole-v1").reset()[0]).toEqualTypeOf<Float32Array>();
  expectTypeOf(makeVec("FrozenLake-v1").reset()[0]).toEqualTypeOf<Int32Array>();
});

it("elements and batches of composite spaces are composites", () => {
  const space = new Dict({
    image: new Box(0, 255, { shape: [2], dtype: "uint8" }),
    pair: new Tuple([new Discrete(2)]),
  });
  expectTypeOf(space.sample()).toEqualTypeOf<{
    readonly image: Uint8Array;
    readonly pair: readonly [number];
  }>();
  expectTypeOf<BatchOf<typeof space>["image"]>().toEqualTypeOf<Uint8Array>();
  expectTypeOf<ElementOf<Box<"float64">>>().toEqualTypeOf<Float64Array>();
});
