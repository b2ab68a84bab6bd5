import { GradbridgeError } from "@gradbridge/random";
import { DeviceError } from "../../errors.ts";
import { allocateArray, type DType, type TypedArray } from "../../tensor/dtype.ts";
import type { DeviceBuffer } from "../backend.ts";
import type { Tensor, Tfjs } from "./tfjs.ts";

/**
 * A handle. Its elements are on the device (`tensor`), on the host (`host`), or not there yet (neither: they are
 * undefined, and read as zeros).
 */
export class TensorFlowBuffer implements DeviceBuffer {
  readonly dtype: DType;
  readonly length: number;
  readonly place: Place = { tensor: null, host: null, bytes: 0 };
  freed = false;

  constructor(dtype: DType, length: number) {
    this.dtype = dtype;
    this.length = length;
  }
}

/** Where a buffer's elements are. The list of resident places refers to it, and nothing refers back to the buffer. */
interface Place {
  tensor: Tensor | null;
  host: TypedArray | null;
  /** What the tensor counts for while it is resident. */
  bytes: number;
}

/** What a tensor counts for besides its elements. More than it costs, so that the number of tensors is bounded too: 4,096 in 64 MiB. */
const handleBytes = 16 * 1024;

/**
 * The tensors of the device, within a budget.
 *
 * TensorFlow.js frees a tensor when told to, and JavaScript runs no finalizers inside a synchronous loop. So buffers
 * nobody frees are not waited for: when the resident tensors exceed the budget, the oldest move to the host, into arrays
 * that only their buffers hold. A buffer that is alive is uploaded again when a kernel needs it; the others are ordinary
 * garbage. A working set that is larger than the budget makes it grow.
 */
export class TensorMemory {
  private readonly tf: Tfjs;
  private readonly backend: unknown;
  /** Oldest first. */
  private readonly resident = new Set<Place>();
  private budgetBytes: number;
  private residentBytes = 0;
  private evictedBytes = 0;
  private restoredBytes = 0;
  private disposed = false;

  constructor(tf: Tfjs, backend: unknown, budgetBytes: number) {
    this.tf = tf;
    this.backend = backend;
    this.budgetBytes = budgetBytes;
  }

  /** The buffer's tensor, in whatever shape it has; uploaded where it is on the host. */
  tensorOf(buffer: DeviceBuffer): Tensor {
    const own = this.own(buffer, "use");
    const { place, dtype, length } = own;
    if (place.tensor !== null) return place.tensor;
    if (place.host !== null) this.restoredBytes += length * 4 + handleBytes;
    const values = place.host ?? allocateArray(dtype, length);
    const tensor = this.tf.engine().makeTensor(values, [length], dtype as "float32", this.backend);
    this.hold(own, tensor);
    return tensor;
  }

  /** Makes `tensor` the buffer's. The one it replaces is returned: it may still be an operand. */
  replace(buffer: DeviceBuffer, tensor: Tensor): Tensor | null {
    const own = this.own(buffer, "write to");
    const previous = own.place.tensor;
    this.hold(own, tensor);
    return previous;
  }

  private hold({ place, length }: TensorFlowBuffer, tensor: Tensor): void {
    tensor.kept = true;
    place.host = null;
    if (place.tensor === null) {
      place.bytes = length * 4 + handleBytes;
      this.residentBytes += place.bytes;
      this.resident.add(place);
    }
    place.tensor = tensor;
  }

  write(buffer: DeviceBuffer, values: TypedArray): void {
    const { place } = this.own(buffer, "write to");
    this.leave(place);
    place.host = values.slice();
  }

  read(buffer: DeviceBuffer): TypedArray {
    const { place, dtype, length } = this.own(buffer, "read");
    if (place.tensor !== null) return hostCopy(place.tensor.dataSync(), dtype, length);
    return place.host?.slice() ?? allocateArray(dtype, length);
  }

  async readLater(buffer: DeviceBuffer): Promise<TypedArray> {
    const { place, dtype, length } = this.own(buffer, "read");
    if (place.tensor === null) return this.read(buffer);
    return hostCopy(await place.tensor.data(), dtype, length);
  }

  free(buffer: DeviceBuffer): void {
    const own = this.own(buffer, "free");
    own.freed = true;
    this.leave(own.place);
    own.place.host = null;
  }

  /** Moves the oldest to the host until the rest is within the budget. Not while a kernel holds tensors. */
  makeRoom(): void {
    if (this.residentBytes <= this.budgetBytes) return;
    for (const place of this.resident) {
      if (this.residentBytes <= this.budgetBytes) break;
      const { tensor } = place;
      const { shape, dtype } = tensor!;
      place.host = hostCopy(
        tensor!.dataSync(),
        dtype === "int32" ? "int32" : "float32",
        shape.reduce((size, length) => size * length, 1),
      );
      this.evictedBytes += place.bytes;
      this.leave(place);
    }
    if (this.evictedBytes < this.budgetBytes) return;
    if (this.restoredBytes > this.evictedBytes / 2) this.budgetBytes *= 2;
    this.evictedBytes = 0;
    this.restoredBytes = 0;
  }

  dispose(): void {
    for (const place of [...this.resident]) this.leave(place);
    this.disposed = true;
  }

  private leave(place: Place): void {
    if (place.tensor === null) return;
    place.tensor.dispose();
    place.tensor = null;
    this.resident.delete(place);
    this.residentBytes -= place.bytes;
  }

  private own(buffer: DeviceBuffer, use: string): TensorFlowBuffer {
    if (!(buffer instanceof TensorFlowBuffer)) {
      throw new DeviceError(
        `tensorflow: cannot ${use} a buffer that another device allocated. Move the tensor to this device first.`,
      );
    }
    if (this.disposed) throw new DeviceError(`tensorflow: cannot ${use} a buffer: the device was disposed.`);
    if (buffer.freed) {
      throw new GradbridgeError(
        "freed",
        `tensorflow: cannot ${use} a buffer of ${buffer.length} ${buffer.dtype} that was freed. Do not use a tensor after dispose.`,
      );
    }
    return buffer;
  }
}

/** An own copy, as the dtype says: some backends keep int32 elements in float arrays, and hand out their own memory. */
function hostCopy(values: ArrayLike<number>, dtype: DType, length: number): TypedArray {
  const copy = allocateArray(dtype, length);
  copy.set(values);
  return copy;
}
