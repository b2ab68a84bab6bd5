import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { crc32c } from "./crc32c.ts";

/** One line of a TensorBoard event file. */
export interface EventRecord {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step?: number;
  /** What the file is: its first record says so. */
  readonly fileVersion?: string;
  /** A run starts here: TensorBoard forgets what an earlier one wrote from this step on. */
  readonly starts?: boolean;
  /** Numbers by tag. */
  readonly scalars?: { readonly [tag: string]: number };
}

/** Field numbers of TensorFlow's `event.proto` and `summary.proto`. */
const field = {
  event: { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 },
  sessionLog: { status: 1 },
  summary: { value: 1 },
  value: { tag: 1, simpleValue: 2 },
} as const;

/** `SessionLog.START` */
const sessionStart = 1;

/** The bytes of one record: a protobuf `Event`, framed as a TFRecord. */
export function eventRecord(event: EventRecord): Uint8Array {
  return framed(encoded(event));
}

function encoded({ wallTime, step, fileVersion, starts = false, scalars }: EventRecord): Uint8Array {
  const writer = new BinaryWriter();
  const { event } = field;
  writer.tag(event.wallTime, WireType.Bit64).double(wallTime);
  if (step !== undefined) writer.tag(event.step, WireType.Varint).int64(step);
  if (fileVersion !== undefined) writer.tag(event.fileVersion, WireType.LengthDelimited).string(fileVersion);
  if (scalars !== undefined) {
    writer.tag(event.summary, WireType.LengthDelimited).fork();
    for (const [tag, value] of Object.entries(scalars)) {
      writer.tag(field.summary.value, WireType.LengthDelimited).fork();
      writer.tag(field.value.tag, WireType.LengthDelimited).string(tag);
      writer.tag(field.value.simpleValue, WireType.Bit32).float(Math.fround(value));
      writer.join();
    }
    writer.join();
  }
  if (starts) {
    writer.tag(event.sessionLog, WireType.LengthDelimited).fork();
    writer.tag(field.sessionLog.status, WireType.Varint).int32(sessionStart);
    writer.join();
  }
  return writer.finish();
}

/** TFRecord: length (uint64), its checksum, the data, its checksum; little-endian. */
function framed(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(8 + 4 + data.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(crc32c(record.subarray(0, 8))), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, masked(crc32c(data)), true);
  return record;
}

/** TFRecord's disguise of a checksum, so that one over data that holds checksums stays useful. */
function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
