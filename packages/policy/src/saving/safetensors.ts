/**
 * The safetensors format: an 8-byte little-endian header length, a JSON header, and raw little-endian values. Written
 * here because no maintained JavaScript package writes it; files open in Python's `safetensors` and back.
 * Source: the format section of the huggingface/safetensors README.
 */
import { type DType, GradbridgeError, type Tensor, type TypedArray, tensor } from "@gradbridge/core";

const codes: { readonly [D in DType]: string } = { float32: "F32", float64: "F64", int32: "I32" };
const arrays = { F32: Float32Array, F64: Float64Array, I32: Int32Array } as const;

/** What a safetensors file holds. */
export interface TensorFile {
  readonly tensors: Record<string, Tensor>;
  /** Free text by key. */
  readonly metadata: Record<string, string>;
}

interface Entry {
  readonly dtype: keyof typeof arrays;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Raw bytes in little-endian order on any machine. */
function toBytes(values: TypedArray): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
  return littleEndian ? bytes : swap(bytes, values.BYTES_PER_ELEMENT);
}

function swap(bytes: Uint8Array, width: number): Uint8Array {
  for (let i = 0; i < bytes.length; i += width) bytes.subarray(i, i + width).reverse();
  return bytes;
}

/** The bytes of a safetensors file. Tensors keep the order of `record`; values are aligned to 8 bytes. */
export async function serializeTensors(
  record: { readonly [name: string]: Tensor },
  metadata: { readonly [key: string]: string } = {},
): Promise<Uint8Array> {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  const chunks: Uint8Array[] = [];
  let offset = 0;
  // wider elements first, so that every tensor starts at a multiple of its element width
  const entries = Object.entries(record).sort(
    ([, a], [, b]) => Number(b.dtype === "float64") - Number(a.dtype === "float64"),
  );
  for (const [name, value] of entries) {
    if (name === "__metadata__") {
      throw new GradbridgeError(
        "safetensors",
        'saveTensors: "__metadata__" is reserved by the format. Rename the tensor.',
      );
    }
    const bytes = toBytes(await value.data());
    header[name] = {
      dtype: codes[value.dtype],
      shape: value.shape,
      data_offsets: [offset, offset + bytes.length],
    };
    chunks.push(bytes);
    offset += bytes.length;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + padded + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.fill(0x20, 8, 8 + padded); // the format pads its header with spaces
  file.set(text, 8);
  let position = 8 + padded;
  for (const chunk of chunks) {
    file.set(chunk, position);
    position += chunk.length;
  }
  return file;
}

/**
 * The tensors in the bytes of a safetensors file, on the current device (or `device`).
 * @throws code `safetensors` for anything malformed, truncated, or of a dtype that no device here has.
 */
export function parseTensors(file: Uint8Array, options: { readonly device?: string } = {}): TensorFile {
  const { header, start } = readHeader(file);
  const tensors: Record<string, Tensor> = {};
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") metadata = { ...(value as Record<string, string>) };
    else tensors[name] = tensor(...readEntry(name, value, file, start, options));
  }
  return { tensors, metadata };
}

function readHeader(file: Uint8Array): { header: Record<string, unknown>; start: number } {
  const problem = (what: string): GradbridgeError =>
    new GradbridgeError("safetensors", `loadTensors: this is no safetensors file: ${what}.`);
  if (file.length < 8) throw problem(`it has only ${file.length} bytes`);
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  if (length > file.length - 8)
    throw problem(`its header would be ${length} bytes long, the file has ${file.length}`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file.subarray(8, 8 + length)));
  } catch {
    throw problem("its header is no JSON");
  }
  if (header === null || typeof header !== "object" || Array.isArray(header))
    throw problem("its header is no object");
  return { header: header as Record<string, unknown>, start: 8 + length };
}

function readEntry(
  name: string,
  value: unknown,
  file: Uint8Array,
  start: number,
  options: { readonly device?: string },
): Parameters<typeof tensor> {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Entry;
  const ArrayType = arrays[dtype];
  if (ArrayType === undefined) {
    throw new GradbridgeError(
      "safetensors",
      `loadTensors: ${name} has dtype ${String(dtype)}; F32, F64 and I32 can be read.`,
    );
  }
  const numbers = [...(Array.isArray(shape) ? shape : [-1]), ...(Array.isArray(offsets) ? offsets : [-1])];
  const size = Array.isArray(shape) ? shape.reduce((product, length) => product * length, 1) : -1;
  const [begin, end] = Array.isArray(offsets) ? offsets : [0, -1];
  const valid = numbers.every((number) => Number.isSafeInteger(number) && number >= 0);
  if (!valid || end - begin !== size * ArrayType.BYTES_PER_ELEMENT || start + end > file.length) {
    throw new GradbridgeError(
      "safetensors",
      `loadTensors: ${name} of shape [${String(shape)}] does not fit bytes ${begin} … ${end} of a file of ${file.length}. Is it truncated?`,
    );
  }
  const bytes = Uint8Array.from(file.subarray(start + begin, start + end)); // a Buffer's own slice would share memory
  if (!littleEndian) swap(bytes, ArrayType.BYTES_PER_ELEMENT);
  return [new ArrayType(bytes.buffer, 0, size), { shape: [...shape], ...options }];
}
