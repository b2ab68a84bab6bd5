import type { DType, TypedArray } from "../tensor/dtype.ts";
import type { ChainKernel } from "./chain.ts";
import type { CustomRun } from "./custom-kernel.ts";
import type { AnyKernel, FusedKind, Kernel } from "./kernel.ts";

/** A dense run of elements on a device. Opaque: only the backend that allocated it looks inside. */
export interface DeviceBuffer {
  readonly dtype: DType;
  readonly length: number;
}

/** Everything that a recorded run may hold. */
export type LaunchedKernel = AnyKernel | ChainKernel | CustomRun;

/** One kernel of a recorded run, on buffers that stay the same from run to run. */
export interface Launch<K extends LaunchedKernel = Kernel> {
  readonly kernel: K;
  readonly inputs: readonly DeviceBuffer[];
  readonly outputs: readonly DeviceBuffer[];
}

/** A list of launches made ready to run again and again. */
export interface Program {
  /**
   * Exchanges the kernel of launch `index` for one that differs in numbers only (a learning rate, a bias correction), not in
   * kind, sizes or strides.
   */
  setKernel(index: number, kernel: AnyKernel): void;
  /**
   * Copies `inputs` (dtypes and lengths as recorded) into the program's own input buffers, then runs every launch in
   * order. Allocates nothing.
   */
  run(inputs: readonly DeviceBuffer[]): void;
  /** Gives back what the program itself occupies; its buffers belong to whoever allocated them. Never needed. */
  dispose(): void;
}

/** Runs kernels on one device. Knows nothing of gradients or shapes beyond the kernel's own description. */
export interface Backend {
  readonly name: string;
  /** The element types that every kernel kind accepts here. */
  readonly dtypes: readonly DType[];
  /** The kinds of fused kernels that it has; it is given no others. Default: none. */
  readonly fused?: readonly FusedKind[];
  /** New memory with undefined contents: the next `write` or kernel fills it. */
  allocate(dtype: DType, length: number): DeviceBuffer;
  /**
   * A promise that the buffer will not be used again. Never needed for correctness: a buffer that becomes
   * unreachable without `free` must not leak either, even in a loop that never yields to the event loop; devices that are
   * read asynchronously may wait for it to yield.
   */
  free(buffer: DeviceBuffer): void;
  /** Copies `values` (same dtype and length) to the device. The caller may change `values` afterwards. */
  write(buffer: DeviceBuffer, values: TypedArray): void;
  /** A fresh host copy of the buffer. */
  read(buffer: DeviceBuffer): Promise<TypedArray>;
  /** As `read`, at once. Absent where device memory is not host-visible. */
  readSync?(buffer: DeviceBuffer): TypedArray;
  /** Runs one kernel. Inputs and outputs are distinct buffers except where the kernel says it works in place. */
  run(kernel: AnyKernel, inputs: readonly DeviceBuffer[], outputs: readonly DeviceBuffer[]): void;
  /**
   * Makes launches ready for replay. `inputs` are the program's own input buffers: launches read them, none writes them, and
   * `run` fills them first. Kernels of the user's own are among them only where there is `runCustom`. Optional: without it,
   * `recordInOrder` runs the launches one by one.
   */
  record?(launches: readonly Launch<LaunchedKernel>[], inputs: readonly DeviceBuffer[]): Program;
  /** Runs a chain of elementwise kernels: for backends that list `chain` as `fused`, and for oracles of such. */
  runChain?(chain: ChainKernel, inputs: readonly DeviceBuffer[], outputs: readonly DeviceBuffer[]): void;
  /** Runs a kernel of the user's own. Optional: without it, `defineKernel` runs its JavaScript on host copies. */
  runCustom?(run: CustomRun, inputs: readonly DeviceBuffer[], outputs: readonly DeviceBuffer[]): void;
  /** Whether the device failed for good, and its buffers with it: the next `setDevice` makes another. Default: never. */
  isLost?(): boolean;
  /** Frees the device. Buffers become unusable. */
  dispose(): void;
}
