import type { JsonValue } from "gymnasium-js";
import { ChildProgramError } from "./child-program-error.ts";

/** A row-major array that travels in a frame. */
export interface FrameArray {
  /** Its numbers; booleans are 0 and 1 in a `Uint8Array`. */
  readonly values: FrameValues;
  /** Sizes of the axes; [] for a single number. */
  readonly shape: readonly number[];
}

/** The arrays of numbers that a frame can hold. */
export type FrameValues =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array;

/** One message between two programs: named facts and named arrays. */
export interface Frame {
  /** What the frame is for: `hello`, a request's name, `answer` or `error`. */
  readonly type: string;
  /** Facts as JSON; `type` and `arrays` are not allowed as names. */
  readonly fields: { readonly [name: string]: JsonValue };
  readonly arrays: { readonly [name: string]: FrameArray };
}

const arrayTypes = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  bool: Uint8Array,
} as const;

type FrameDType = keyof typeof arrayTypes;

const dtypes: readonly FrameDType[] = Object.keys(arrayTypes) as FrameDType[];
const prefixLength = 16;
const magic: Buffer = Buffer.from("GBF1", "latin1");
const mostHeaderBytes = 2 ** 26;
const mostBodyBytes = 2 ** 31;

/**
 * The bytes of a frame, as `PROTOCOL.md` beside this file describes them.
 * @throws ChildProgramError `program-protocol` for an array whose shape does not fit, or more bytes than a frame holds.
 */
export function encodeFrame({ type, fields, arrays }: Frame): Buffer {
  const entries = Object.entries(arrays);
  const listed = entries.map(([name, { values, shape }]) => {
    if (sizeOf(shape) !== values.length) {
      throw new ChildProgramError(
        "program-protocol",
        `The array "${name}" has ${values.length} numbers, its shape is [${shape.join(", ")}].`,
      );
    }
    const dtype = dtypes.find((one) => values instanceof arrayTypes[one])!;
    return { name, dtype, shape };
  });
  const text = JSON.stringify({ ...fields, type, arrays: listed });
  const headerLength = padded(Buffer.byteLength(text));
  const bodyLength = entries.reduce((total, [, { values }]) => total + padded(values.byteLength), 0);
  requireLengths(headerLength, bodyLength);
  const bytes = Buffer.alloc(prefixLength + headerLength + bodyLength);
  magic.copy(bytes);
  bytes.writeUInt32LE(headerLength, 4);
  bytes.writeUInt32LE(bodyLength, 8);
  bytes.fill(" ", prefixLength, prefixLength + headerLength); // JSON ignores spaces at its end
  bytes.write(text, prefixLength);
  let at = prefixLength + headerLength;
  for (const [, { values }] of entries) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += padded(values.byteLength);
  }
  return bytes;
}

/** Puts the frames of a stream of bytes together, however they arrive. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #length = 0;

  /**
   * Takes bytes and gives the frames that are complete now.
   * @throws ChildProgramError `program-protocol` for bytes that are no frames.
   */
  push(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const frames: Frame[] = [];
    for (let needed = this.#needed(); this.#length >= needed; needed = this.#needed()) {
      const bytes = this.#take(needed);
      const headerLength = bytes.readUInt32LE(4);
      const header = bytes.subarray(prefixLength, prefixLength + headerLength);
      frames.push(decodeFrame(header, bytes.subarray(prefixLength + headerLength)));
    }
    return frames;
  }

  /** Bytes that the next frame takes, as far as they are known. */
  #needed(): number {
    if (this.#length < prefixLength) return prefixLength;
    if (this.#chunks[0]!.length < prefixLength) this.#chunks = [Buffer.concat(this.#chunks)];
    const start = this.#chunks[0]!;
    if (start.compare(magic, 0, 4, 0, 4) !== 0) {
      throw new ChildProgramError(
        "program-protocol",
        `It answered with bytes that are no frame: ${JSON.stringify(start.toString("latin1", 0, 40))}.`,
      );
    }
    const headerLength = start.readUInt32LE(4);
    const bodyLength = start.readUInt32LE(8);
    requireLengths(headerLength, bodyLength);
    return prefixLength + headerLength + bodyLength;
  }

  #take(count: number): Buffer {
    const bytes = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#chunks = bytes.length > count ? [bytes.subarray(count)] : [];
    this.#length -= count;
    return bytes.subarray(0, count);
  }
}

function decodeFrame(headerBytes: Buffer, body: Buffer): Frame {
  const header = parseHeader(headerBytes);
  const { type, arrays: listed, ...fields } = header;
  if (typeof type !== "string") throw malformed("its header has no type");
  const arrays: Record<string, FrameArray> = {};
  let at = 0;
  for (const entry of (listed ?? []) as readonly unknown[]) {
    const { name, dtype, shape } = readArrayEntry(entry);
    const ArrayType = arrayTypes[dtype];
    const byteLength = sizeOf(shape) * ArrayType.BYTES_PER_ELEMENT;
    if (at + byteLength > body.length) throw malformed(`its body ends within the array "${name}"`);
    const start = body.byteOffset + at;
    arrays[name] = {
      values: new ArrayType((body.buffer as ArrayBuffer).slice(start, start + byteLength)),
      shape,
    };
    at += padded(byteLength);
  }
  if (at !== body.length) throw malformed(`its arrays take ${at} bytes, its body has ${body.length}`);
  return { type, fields, arrays };
}

function parseHeader(bytes: Buffer): { readonly [name: string]: JsonValue } {
  let header: unknown;
  try {
    header = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw malformed(`its header is not JSON: ${(error as Error).message}`);
  }
  if (typeof header !== "object" || header === null || Array.isArray(header))
    throw malformed("its header is not an object");
  const { arrays = [] } = header as { arrays?: unknown };
  if (!Array.isArray(arrays)) throw malformed("arrays is not a list");
  return header as { readonly [name: string]: JsonValue };
}

function readArrayEntry(entry: unknown): {
  readonly name: string;
  readonly dtype: FrameDType;
  readonly shape: readonly number[];
} {
  const { name, dtype, shape } = Object(entry) as Record<string, unknown>;
  if (typeof name !== "string") throw malformed("an array has no name");
  if (typeof dtype !== "string" || !Object.hasOwn(arrayTypes, dtype))
    throw malformed(
      `the array "${name}" has the dtype ${JSON.stringify(dtype)}; one of ${dtypes.join(", ")} is allowed`,
    );
  if (!Array.isArray(shape) || !shape.every((size) => Number.isInteger(size) && size >= 0))
    throw malformed(`the array "${name}" has the shape ${JSON.stringify(shape)}`);
  return { name, dtype: dtype as FrameDType, shape };
}

function requireLengths(headerLength: number, bodyLength: number): void {
  if (headerLength <= mostHeaderBytes && bodyLength <= mostBodyBytes) return;
  throw malformed(
    `${headerLength} + ${bodyLength} bytes are more than the ${mostHeaderBytes} + ${mostBodyBytes} allowed`,
  );
}

function malformed(what: string): ChildProgramError {
  return new ChildProgramError("program-protocol", `A frame is malformed: ${what}.`);
}

/** Everything in a frame starts at a multiple of 8 bytes. */
function padded(byteLength: number): number {
  return Math.ceil(byteLength / 8) * 8;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
