import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BinaryReader, type WireType } from "@bufbuild/protobuf/wire";
import { describe, expect, it } from "vitest";
import { train } from "../training/train.ts";
import type { Callback } from "./callback.ts";
import { crc32c } from "./crc32c.ts";
import { eventRecord } from "./event-record.ts";
import { tensorboardLogger } from "./tensorboard-logger.ts";

describe("crc32c", () => {
  it.each([
    ["", 0],
    ["123456789", 0xe3069283], // the check value of its catalogue entry
  ])("of %j", (text, expected) => {
    expect(crc32c(Buffer.from(text))).toBe(expected);
  });

  it("of 32 zeros and of 32 ones, as in RFC 3720", () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  });
});

it("writes the bytes that TensorFlow writes", () => {
  // tf.summary's writer: Event(wall_time=1.5, step=3, summary=Summary(value=[Value(tag="a", simple_value=0.5)]))
  const data = "09000000000000f83f10032a0a0a080a0161150000003f";
  const record = Buffer.from(eventRecord({ wallTime: 1.5, step: 3, scalars: { a: 0.5 } })).toString("hex");
  expect(record.slice(24, -8)).toBe(data);
  expect(record.slice(0, 16)).toBe("1700000000000000");
});

interface Event {
  step: number;
  version?: string;
  starts?: boolean;
  scalars: Record<string, number>;
}

/** Reads an event file back, checking every frame. */
function readEvents(bytes: Buffer): Event[] {
  const events: Event[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    const data = bytes.subarray(at + 12, at + 12 + length);
    for (const [part, where] of [
      [bytes.subarray(at, at + 8), at + 8],
      [data, at + 12 + length],
    ] as const) {
      const unmasked = (bytes.readUInt32LE(where) - 0xa282ead8) >>> 0;
      expect(((unmasked >>> 17) | (unmasked << 15)) >>> 0).toBe(crc32c(part));
    }
    events.push(readEvent(data));
    at += 16 + length;
  }
  return events;
}

function readEvent(data: Uint8Array): Event {
  const event: Event = { step: 0, scalars: {} };
  const fields = (
    bytes: Uint8Array,
    read: (field: number, reader: BinaryReader, type: WireType) => void,
  ): void => {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      read(field, reader, type);
    }
  };
  fields(data, (field, reader, type) => {
    if (field === 2) event.step = Number(reader.int64());
    else if (field === 3) event.version = reader.string();
    else if (field === 7) event.starts = reader.bytes().join() === "8,1";
    else if (field === 5) {
      fields(reader.bytes(), (_, values) => {
        let tag = "";
        fields(values.bytes(), (inner, value) => {
          if (inner === 1) tag = value.string();
          else event.scalars[tag] = value.float();
        });
      });
    } else reader.skip(type);
  });
  return event;
}

describe("tensorboardLogger", () => {
  it("writes every number of the log and the evaluations, and marks where a resumed run starts", async () => {
    const folder = join(await mkdtemp(join(tmpdir(), "gradbridge-")), "events");
    const log: { steps: number; values: Record<string, number | null> }[] = [];
    const recorder: Callback = {
      name: "recorder",
      onUpdate(_, { steps, ...values }) {
        log.push({ steps, values });
      },
    };
    let saved: Parameters<typeof train>[0]["resume"];
    const keep: Callback = {
      name: "keep",
      async onEnd(context) {
        saved = await context.checkpoint();
      },
    };
    const settings = { steps: 512, numEnvs: 2, rolloutSteps: 128, evalEpisodes: 2, epochs: 1 };
    const callbacks = (): Callback[] => [tensorboardLogger(folder), recorder, keep];
    const { evaluation } = await train({ env: "CartPole-v1", ...settings, callbacks: callbacks() });
    await train({ env: "CartPole-v1", resume: saved!, steps: 768, callbacks: callbacks() });

    const names = (await readdir(folder)).sort();
    expect(names.length).toBe(2);
    const [first, second] = await Promise.all(
      names.map(async (name) => readEvents(await readFile(join(folder, name)))),
    );
    expect(first![0]!.version).toBe("brain.Event:2");
    expect(first![1]).toMatchObject({ step: 0, starts: true });
    expect(second![1]).toMatchObject({ step: 513, starts: true });
    const updates = [...first!, ...second!].filter(({ scalars }) => "train/gradNorm" in scalars);
    expect(updates.map(({ step }) => step)).toEqual([256, 512, 768]);
    updates.forEach(({ scalars }, i) => {
      const expected = Object.entries(log[i]!.values).filter(([, value]) => value !== null);
      expect(scalars).toEqual(
        Object.fromEntries(expected.map(([name, value]) => [`train/${name}`, Math.fround(value!)])),
      );
    });
    const last = first![first!.length - 1]!;
    expect(last).toMatchObject({ step: 512, scalars: { "evaluation/mean": Math.fround(evaluation!.mean) } });
  });
});
