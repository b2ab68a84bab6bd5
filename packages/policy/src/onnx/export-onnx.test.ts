import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GradbridgeError, noGrad, setDevice, type Tensor } from "@gradbridge/core";
import { generator } from "@gradbridge/random";
import { describe, expect, it } from "vitest";
import { type ActorCriticOptions, actorCritic } from "../actor-critic.ts";
import { expectRecorded, type Packed, readRecording, unpack } from "../fixtures/recorded.ts";
import { bernoulliHead } from "../heads/bernoulli-head.ts";
import { categoricalHead } from "../heads/categorical-head.ts";
import { gaussianHead, squashedGaussianHead } from "../heads/gaussian-head.ts";
import type { Head } from "../heads/head.ts";
import { multiCategoricalHead } from "../heads/multi-categorical-head.ts";
import { stateDependentGaussianHead } from "../heads/state-dependent-gaussian-head.ts";
import { conv2d } from "../modules/conv2d.ts";
import { gru } from "../modules/gru.ts";
import { layerNorm } from "../modules/layer-norm.ts";
import { linear } from "../modules/linear.ts";
import type { OnnxModule } from "../modules/module.ts";
import { sequential } from "../modules/sequential.ts";
import type { Policy } from "../policy.ts";
import { exportOnnx, serializeOnnx } from "./export-onnx.ts";
import { OnnxGraph } from "./onnx-graph.ts";

await setDevice("reference");

const heads = {
  categoricalHead,
  multiCategoricalHead,
  bernoulliHead,
  gaussianHead,
  squashedGaussianHead,
  stateDependentGaussianHead,
} as unknown as Record<string, (...values: unknown[]) => Head>;
const modules = { linear, conv2d, layerNorm, gru } as unknown as Record<
  string,
  (...values: unknown[]) => OnnxModule
>;

/** What onnxruntime computed from a model: the bytes of its file are recorded with it. */
interface Case {
  readonly head?: readonly [name: string, ...values: unknown[]];
  readonly options?: Omit<ActorCriticOptions, "head">;
  readonly seed?: number;
  readonly module?: string;
  readonly arguments?: readonly unknown[];
  readonly model: string;
  readonly input: Packed;
  readonly outputs: Record<string, Packed>;
}

const { cases } = readRecording<{ cases: Case[] }>("onnxruntime-models");

/** The model's bytes as they are written today, and its outputs computed by our own kernels. */
function today(one: Case): { bytes: Uint8Array; outputs: Record<string, Tensor> } {
  const x = unpack(one.input, "float32");
  if (one.head !== undefined) {
    const [name, ...values] = one.head;
    const head = heads[name]!(...values);
    const policy = actorCritic({ ...one.options!, head, generator: generator(one.seed!) });
    return { bytes: serializeOnnx(policy), outputs: noGrad(() => policy.forward(x)) };
  }
  const module = modules[one.module!]!(...one.arguments!);
  const y = noGrad(() => module.forward(x));
  const graph = new OnnxGraph();
  graph.output("y", module.toOnnx(graph, graph.input("x", x.shape)), y.shape);
  return { bytes: graph.model(), outputs: { y } };
}

describe("exported models", () => {
  it("were recorded for every head and module", () => {
    expect(new Set(cases.map(({ head, module }) => head?.[0] ?? module))).toEqual(
      new Set([...Object.keys(heads), ...Object.keys(modules)]),
    );
  });

  it.each(cases.map((one, i) => [`${one.head?.[0] ?? one.module} ${i}`, one] as const))(
    "%s: the same bytes that onnxruntime ran, with the same results",
    (name, one) => {
      const { bytes, outputs } = today(one);
      expect(Buffer.from(bytes).toString("base64")).toBe(one.model);
      expect(Object.keys(one.outputs).sort()).toEqual(Object.keys(outputs).sort());
      for (const [output, expected] of Object.entries(one.outputs)) {
        expectRecorded(outputs[output]!, expected, 1e-6, `${name} ${output}`);
      }
    },
  );
});

describe("exportOnnx", () => {
  const policy = actorCritic({ observationSize: 3, head: categoricalHead(2), hidden: [4] });
  const code = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      if (error instanceof GradbridgeError) return error.code;
      throw error;
    }
    return "no error";
  };

  it("writes what serializeOnnx gives to a file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "onnx-"));
    const path = join(folder, "policy.onnx");
    await exportOnnx(policy, path);
    expect(Buffer.compare(await readFile(path), Buffer.from(serializeOnnx(policy)))).toBe(0);
    await rm(folder, { recursive: true });
  });

  it("refuses a policy whose forward was wrapped, which its graph would not show", () => {
    const wrapped: Policy = { ...policy, forward: (x) => policy.forward(x.mul(2)) };
    expect(code(() => serializeOnnx(wrapped))).toBe("onnx");
    const whole: Policy = {
      ...wrapped,
      toOnnx: (graph, x) => policy.toOnnx!(graph, graph.node("Mul", [x, graph.number(2)])),
    };
    expect(serializeOnnx(whole).length).toBeGreaterThan(serializeOnnx(policy).length);
  });

  it("refuses parts that do not say how they are written", () => {
    const { toOnnx: _, ...mute } = policy;
    expect(code(() => serializeOnnx(mute))).toBe("onnx");
    const { toOnnx: __, ...layer } = linear(2, 2);
    const graph = new OnnxGraph();
    expect(code(() => sequential(linear(2, 2), layer).toOnnx(graph, "x"))).toBe("onnx");
    const head: Head = {
      ...categoricalHead(2),
      create: (features) => {
        const { toOnnx: ___, ...rest } = categoricalHead(2).create(features);
        return rest;
      },
    };
    expect(code(() => serializeOnnx(actorCritic({ observationSize: 3, head })))).toBe("onnx");
  });
});
