/** The part of TensorFlow.js that the device uses, so that core's types need none of its packages. */

/** The element types of its tensors here: ours, and that of comparisons. */
export type TfjsDType = "float32" | "int32" | "bool";

/** What a kernel takes and gives: a handle with a shape. */
export interface TensorInfo {
  readonly dataId: object;
  readonly shape: number[];
  readonly dtype: TfjsDType;
}

/** A handle that TensorFlow.js counts (`memory().numTensors`) until it is disposed of. */
export interface Tensor extends TensorInfo {
  /** Whether `tf.tidy` around our caller leaves it alone. */
  kept: boolean;
  dispose(): void;
  data(): Promise<ArrayLike<number>>;
  dataSync(): ArrayLike<number>;
}

export type Attributes = Readonly<Record<string, unknown>>;

/** A kernel of a backend of TensorFlow.js, as its registry has it. */
export interface KernelConfig {
  kernelFunc(call: { inputs: unknown; attrs: Attributes; backend: unknown }): TensorInfo;
}

/** The module `@tensorflow/tfjs-core`, or one that exports as much. */
export interface Tfjs {
  engine(): {
    readonly backend: unknown;
    makeTensor(values: ArrayLike<number>, shape: number[], dtype: TfjsDType, backend: unknown): Tensor;
    makeTensorFromTensorInfo(info: TensorInfo, backend: unknown): Tensor;
  };
  getKernel(name: string, backend: string): KernelConfig | undefined;
  getBackend(): string;
  setBackend(name: string): Promise<boolean>;
  memory(): { numTensors: number };
  version?: { readonly [name: string]: string };
  version_core?: string;
}
