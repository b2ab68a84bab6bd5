import { GradbridgeError } from "@gradbridge/random";
import { type DType, dtypeOf, type TypedArray } from "../../tensor/dtype.ts";
import type { Backend, DeviceBuffer } from "../backend.ts";
import type { ChainKernel } from "../chain.ts";
import type { AnyKernel, FusedKind } from "../kernel.ts";
import { createReferenceBackend } from "../reference/backend.ts";
import { refuseIntegers } from "../refuse-integers.ts";
import { chainCases } from "./chain-cases.ts";
import { binaryCases, fillAndCastCases, unaryCases, whereCases } from "./elementwise-cases.ts";
import { type KernelCase, stale } from "./kernel-case.ts";
import { matmulCases } from "./matmul-cases.ts";
import { copyCases, gatherCases } from "./movement-cases.ts";
import { adamCases, adamFromTableCases, sgdCases } from "./optimizer-cases.ts";
import { cumsumCases, reduceCases, softmaxCases, sumOfSquaresCases } from "./reduce-cases.ts";

export interface CheckBackendOptions {
  /** The oracle. Default: a new `reference` backend. */
  readonly against?: Backend;
  /**
   * How far a float32 result may be off: |got − want| ≤ tolerance (|want| + max(1, the largest |want|) / 10). For float64 it
   * is taken 2²⁹ times smaller. Results of int32 kernels, and of kernels that only move or compare, must be equal.
   */
  readonly tolerance?: number;
  /** Whether the device promises IEEE arithmetic on NaN, infinities and subnormals (shaders often do not). */
  readonly specialValues?: boolean;
  /** Whether the device computes with subnormal numbers; where not (most GPUs take them for 0), zeros stand in for them. */
  readonly subnormals?: boolean;
}

/** What a conformance run found. */
export interface ConformanceReport {
  readonly passed: number;
  readonly failed: readonly { readonly kernel: AnyKernel | ChainKernel; readonly message: string }[];
}

/**
 * Runs every kind of kernel × operation × dtype that `backend` declares, on odd sizes, strides, transposes and special
 * values, and compares with an oracle. Depends on no test framework: a new device runs it on itself.
 *
 * It also checks that kernels leave their inputs and all other buffers alone, and that float-only kernels refuse int32
 * with a {@link GradbridgeError} of code `dtype`.
 */
export async function checkBackend(
  backend: Backend,
  options: CheckBackendOptions = {},
): Promise<ConformanceReport> {
  return checkCases(backend, casesOfAll(backend), options);
}

/** As {@link checkBackend}, on cases of one's own: sizes at which one device changes its ways. Internal. */
export async function checkCases(
  backend: Backend,
  cases: Iterable<AnyCase>,
  options: CheckBackendOptions = {},
): Promise<ConformanceReport> {
  const {
    against = createReferenceBackend(),
    tolerance = 1e-5,
    specialValues = true,
    subnormals = true,
  } = options;
  let passed = 0;
  const failed: { kernel: AnyKernel | ChainKernel; message: string }[] = [];
  for (const kernelCase of cases) {
    if (kernelCase.special === true && !specialValues) continue;
    const judged = subnormals ? kernelCase : withoutSubnormals(kernelCase);
    const message = await failureOf(backend, against, judged, tolerance);
    if (message === null) passed++;
    else failed.push({ kernel: kernelCase.kernel, message });
  }
  return { passed, failed };
}

/** A case of any kernel, chains among them. */
type AnyCase = KernelCase<AnyKernel | ChainKernel>;

const fusedCases: {
  readonly [Kind in Exclude<FusedKind, "chain">]: (dtype: DType) => Generator<KernelCase>;
} = {
  adamFromTable: adamFromTableCases,
  sumOfSquares: sumOfSquaresCases,
};

function withoutSubnormals(kernelCase: AnyCase): AnyCase {
  if (kernelCase.special !== true) return kernelCase;
  const smallestNormal = kernelCase.kernel.dtype === "float64" ? 2 ** -1022 : 2 ** -126;
  const normal = (value: number): number => (Math.abs(value) < smallestNormal ? value * 0 : value);
  return { ...kernelCase, inputs: kernelCase.inputs.map((list) => list.map(normal)) };
}

function* casesOfAll(backend: Backend): Generator<AnyCase> {
  for (const dtype of backend.dtypes) {
    yield* casesOf(dtype, backend);
    if (backend.fused?.includes("chain")) yield* chainCases(dtype);
  }
}

/** Every case of one element type, but chains. Internal. */
export function* casesOf(dtype: DType, { dtypes, fused = [] }: Backend): Generator<KernelCase> {
  yield* fillAndCastCases(dtype, dtypes);
  yield* unaryCases(dtype);
  yield* binaryCases(dtype);
  yield* whereCases(dtype);
  yield* reduceCases(dtype);
  yield* cumsumCases(dtype);
  yield* matmulCases(dtype);
  yield* copyCases(dtype);
  yield* gatherCases(dtype);
  yield* softmaxCases(dtype);
  yield* sgdCases(dtype);
  yield* adamCases(dtype);
  for (const kind of fused) if (kind !== "chain") yield* fusedCases[kind](dtype);
}

/** What is wrong, or null. */
async function failureOf(
  backend: Backend,
  against: Backend,
  kernelCase: AnyCase,
  tolerance: number,
): Promise<string | null> {
  if (isRefused(kernelCase.kernel)) return refusalFailure(backend, kernelCase);
  let got: readonly TypedArray[];
  try {
    got = await runCase(backend, kernelCase);
  } catch (error) {
    return `threw ${String(error)}`;
  }
  const wanted = await runCase(against, kernelCase);
  for (const [buffer, want] of wanted.entries()) {
    // After the outputs come the inputs and the bystanders: nothing may have touched them.
    const exact = kernelCase.exact || buffer >= kernelCase.outputs.length;
    const difference = differenceBetween(got[buffer]!, want, exact ? 0 : tolerance);
    if (difference !== null) return `${bufferName(buffer, kernelCase)}: ${difference}`;
  }
  return null;
}

/** Runs a case between two bystander buffers; returns all that is in memory after it: outputs, inputs, bystanders. */
async function runCase(backend: Backend, kernelCase: AnyCase): Promise<TypedArray[]> {
  const upload = (values: TypedArray): DeviceBuffer => {
    const buffer = backend.allocate(dtypeOf(values), values.length);
    backend.write(buffer, values);
    return buffer;
  };
  const before = upload(stale("int32", 5));
  const inputs = kernelCase.inputs.map(upload);
  const outputs = kernelCase.outputs.map(upload);
  const after = upload(stale("int32", 5));
  const { kernel } = kernelCase;
  if (kernel.kind === "chain") backend.runChain!(kernel, inputs, outputs);
  else backend.run(kernel, inputs, outputs);
  const buffers = [...outputs, ...inputs, before, after];
  const results: TypedArray[] = [];
  for (const buffer of buffers) results.push(await backend.read(buffer));
  for (const buffer of buffers) backend.free(buffer);
  return results;
}

function isRefused(kernel: AnyKernel | ChainKernel): boolean {
  try {
    refuseIntegers(kernel);
    return false;
  } catch {
    return true;
  }
}

async function refusalFailure(backend: Backend, kernelCase: AnyCase): Promise<string | null> {
  try {
    await runCase(backend, kernelCase);
  } catch (error) {
    if (error instanceof GradbridgeError && error.code === "dtype") return null;
    return `should refuse int32 with a GradbridgeError of code "dtype", threw ${String(error)}`;
  }
  return 'should refuse int32 with a GradbridgeError of code "dtype", but ran';
}

/** The first element that is too far off, in words, or null. A tolerance of 0 asks for equality. */
function differenceBetween(got: TypedArray, want: TypedArray, tolerance: number): string | null {
  if (got.length !== want.length || dtypeOf(got) !== dtypeOf(want)) {
    return `want ${want.length} ${dtypeOf(want)} elements, got ${got.length} ${dtypeOf(got)}`;
  }
  const relative = dtypeOf(want) === "float64" ? tolerance / 2 ** 29 : tolerance;
  let scale = 1;
  for (const value of want) if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value));
  for (let i = 0; i < want.length; i++) {
    const x = got[i]!;
    const y = want[i]!;
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
    if (!(Math.abs(x - y) <= relative * (Math.abs(y) + scale / 10)))
      return `element ${i}: want ${y}, got ${x}`;
  }
  return null;
}

function bufferName(buffer: number, { inputs, outputs }: AnyCase): string {
  if (buffer < outputs.length) return `output ${buffer}`;
  if (buffer < outputs.length + inputs.length)
    return `input ${buffer - outputs.length}, which it must not change`;
  return "a buffer that has nothing to do with the kernel";
}
