import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChildProgramError } from "./child-program-error.ts";
import { encodeFrame, type Frame, type FrameArray, FrameReader } from "./frame.ts";

const values = fc.oneof(
  fc.float32Array(),
  fc.float64Array(),
  fc.int8Array(),
  fc.int16Array(),
  fc.int32Array(),
  fc.uint8Array(),
  fc.uint16Array(),
  fc.uint32Array(),
);
const name = fc.string({ unit: "grapheme" }).filter((text) => text !== "__proto__");
const frame: fc.Arbitrary<Frame> = fc.record({
  type: fc.string(),
  fields: fc.dictionary(
    name.filter((text) => text !== "type" && text !== "arrays"),
    fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value))),
  ),
  arrays: fc.dictionary(
    name,
    values.map((array): FrameArray => ({ values: array, shape: [array.length] })),
  ),
});

describe("frames", () => {
  it("come out as they went in, however the stream cuts them", () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 4 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 50 })),
        (frames, cuts) => {
          const bytes = Buffer.concat(frames.map(encodeFrame));
          const reader = new FrameReader();
          const read: Frame[] = [];
          for (let at = 0; at < bytes.length; ) {
            const length = cuts.next().value;
            read.push(...reader.push(bytes.subarray(at, at + length)));
            at += length;
          }
          expect(read.map(plain)).toEqual(frames.map(plain));
        },
      ),
    );
  });

  it("have everything at multiples of eight bytes, as the protocol says", () => {
    const bytes = encodeFrame({
      type: "t",
      fields: { a: 1 },
      arrays: {
        x: { values: Uint8Array.of(1, 2, 3), shape: [3] },
        y: { values: Float64Array.of(0.5), shape: [] },
      },
    });
    const headerLength = bytes.readUInt32LE(4);
    expect(bytes.toString("latin1", 0, 4)).toBe("GBF1");
    expect(headerLength % 8).toBe(0);
    expect(bytes.readUInt32LE(8)).toBe(16);
    expect(bytes.readUInt32LE(12)).toBe(0);
    expect(JSON.parse(bytes.toString("utf8", 16, 16 + headerLength))).toEqual({
      a: 1,
      type: "t",
      arrays: [
        { name: "x", dtype: "uint8", shape: [3] },
        { name: "y", dtype: "float64", shape: [] },
      ],
    });
    expect([...bytes.subarray(16 + headerLength)].slice(0, 8)).toEqual([1, 2, 3, 0, 0, 0, 0, 0]);
    expect(bytes.readDoubleLE(16 + headerLength + 8)).toBe(0.5);
  });

  it("are refused with a code whatever else the bytes are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16 }), fc.boolean(), (bytes, hasMagic) => {
        if (hasMagic) Buffer.from("GBF1").copy(bytes);
        // lengths that are small, so that the frame is complete
        if (hasMagic) bytes.fill(0, 4, 16);
        expect(() => new FrameReader().push(Buffer.from(bytes))).toThrow(ChildProgramError);
      }),
    );
  });

  it("refuse an array whose shape does not fit", () => {
    const arrays = { x: { values: new Float32Array(5), shape: [2, 3] } };
    expect(() => encodeFrame({ type: "t", fields: {}, arrays })).toThrow(
      /"x" has 5 numbers, its shape is \[2, 3\]/,
    );
  });
});

/** Names without prototypes and order aside. */
function plain({ type, fields, arrays }: Frame): unknown {
  const bits = Object.entries(arrays).map(([key, array]) => [
    key,
    array.values.constructor.name,
    array.shape,
    Buffer.from(array.values.buffer, array.values.byteOffset, array.values.byteLength).toString("hex"),
  ]);
  return { type, fields: Object.entries(fields), bits };
}
