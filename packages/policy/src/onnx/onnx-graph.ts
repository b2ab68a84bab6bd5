import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { GradbridgeError, type Tensor } from "@gradbridge/core";

/** The name of a value in an {@link OnnxGraph}. */
export type OnnxValue = string;

/** Attributes of a node: whole numbers (given as bigint), other numbers, lists of whole numbers, text. */
export type OnnxAttributes = { readonly [name: string]: bigint | number | readonly bigint[] | string };

/** A size that is known, or the name of one that may change from call to call. */
export type OnnxSize = number | string;

// Field numbers and constants of onnx.proto3, IR version 8 with the operators of opset 17 (ONNX 1.12).
const irVersion = 8;
const opset = 17;
const elementTypes = { float32: 1, int32: 6, int64: 7, float64: 11 } as const;
const attributeTypes = { float: 1, integer: 2, text: 3, integers: 7 } as const;

type ElementType = keyof typeof elementTypes;

/**
 * Collects a computation and writes it as an ONNX model. Values are named by the graph; what is called by one name is
 * computed before what uses it.
 */
export class OnnxGraph {
  readonly #nodes: Uint8Array[] = [];
  readonly #constants: Uint8Array[] = [];
  readonly #inputs: Uint8Array[] = [];
  readonly #outputs: Uint8Array[] = [];
  #count = 0;

  /** A value that is given to every call. */
  input(name: string, shape: readonly OnnxSize[], type: ElementType = "float32"): OnnxValue {
    this.#inputs.push(valueInfo(name, shape, type));
    return name;
  }

  /** Makes a value a result of the model, under this name. */
  output(name: string, value: OnnxValue, shape: readonly OnnxSize[], type: ElementType = "float32"): void {
    this.#nodes.push(nodeBytes("Identity", [value], [name], {}));
    this.#outputs.push(valueInfo(name, shape, type));
  }

  /** A tensor as it is now. */
  tensor(values: Tensor): OnnxValue {
    const data = values.dataSync();
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return this.#constant(values.dtype, values.shape, bytes);
  }

  /** A number, of no axes. */
  number(value: number, type: "float32" | "float64" = "float32"): OnnxValue {
    const data = type === "float32" ? Float32Array.of(value) : Float64Array.of(value);
    return this.#constant(type, [], new Uint8Array(data.buffer));
  }

  /** Whole numbers of 64 bits, as sizes and axes are given. */
  integers(...values: readonly number[]): OnnxValue {
    const data = BigInt64Array.from(values, BigInt);
    return this.#constant("int64", [values.length], new Uint8Array(data.buffer));
  }

  /** The result of an operator of ONNX. */
  node(operator: string, inputs: readonly OnnxValue[], attributes: OnnxAttributes = {}): OnnxValue {
    return this.nodes(operator, inputs, attributes, 1)[0]!;
  }

  /** The results of an operator that has several. An input `""` is one left out. */
  nodes(
    operator: string,
    inputs: readonly OnnxValue[],
    attributes: OnnxAttributes,
    count: number,
  ): OnnxValue[] {
    const outputs = Array.from({ length: count }, () => this.#name(operator));
    this.#nodes.push(nodeBytes(operator, inputs, outputs, attributes));
    return outputs;
  }

  /** The model as the bytes of a file. */
  model(): Uint8Array {
    const graph = message((writer) => {
      for (const node of this.#nodes) writer.tag(1, WireType.LengthDelimited).bytes(node);
      writer.tag(2, WireType.LengthDelimited).string("policy");
      for (const constant of this.#constants) writer.tag(5, WireType.LengthDelimited).bytes(constant);
      for (const input of this.#inputs) writer.tag(11, WireType.LengthDelimited).bytes(input);
      for (const output of this.#outputs) writer.tag(12, WireType.LengthDelimited).bytes(output);
    });
    return message((writer) => {
      writer.tag(1, WireType.Varint).int64(irVersion);
      writer.tag(2, WireType.LengthDelimited).string("gradbridge");
      writer.tag(7, WireType.LengthDelimited).bytes(graph);
      const operators = message((set) => set.tag(2, WireType.Varint).int64(opset));
      writer.tag(8, WireType.LengthDelimited).bytes(operators);
    });
  }

  #name(kind: string): string {
    this.#count += 1;
    return `${kind}_${this.#count}`;
  }

  #constant(type: ElementType, shape: readonly number[], bytes: Uint8Array): OnnxValue {
    const name = this.#name("constant");
    this.#constants.push(
      message((writer) => {
        for (const size of shape) writer.tag(1, WireType.Varint).int64(size);
        writer.tag(2, WireType.Varint).int32(elementTypes[type]);
        writer.tag(8, WireType.LengthDelimited).string(name);
        writer.tag(9, WireType.LengthDelimited).bytes(bytes);
      }),
    );
    return name;
  }
}

function message(write: (writer: BinaryWriter) => void): Uint8Array {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
}

function nodeBytes(
  operator: string,
  inputs: readonly OnnxValue[],
  outputs: readonly OnnxValue[],
  attributes: OnnxAttributes,
): Uint8Array {
  return message((writer) => {
    for (const name of inputs) writer.tag(1, WireType.LengthDelimited).string(name);
    for (const name of outputs) writer.tag(2, WireType.LengthDelimited).string(name);
    writer.tag(4, WireType.LengthDelimited).string(operator);
    for (const [name, value] of Object.entries(attributes)) {
      writer.tag(5, WireType.LengthDelimited).bytes(attributeBytes(name, value));
    }
  });
}

function attributeBytes(name: string, value: OnnxAttributes[string]): Uint8Array {
  return message((writer) => {
    writer.tag(1, WireType.LengthDelimited).string(name);
    let type: number = attributeTypes.integers;
    if (typeof value === "number") {
      writer.tag(2, WireType.Bit32).float(value);
      type = attributeTypes.float;
    } else if (typeof value === "bigint") {
      writer.tag(3, WireType.Varint).int64(value);
      type = attributeTypes.integer;
    } else if (typeof value === "string") {
      writer.tag(4, WireType.LengthDelimited).bytes(new TextEncoder().encode(value));
      type = attributeTypes.text;
    } else {
      for (const one of value) writer.tag(8, WireType.Varint).int64(one);
    }
    writer.tag(20, WireType.Varint).int32(type);
  });
}

function valueInfo(name: string, shape: readonly OnnxSize[], type: ElementType): Uint8Array {
  const sizes = message((writer) => {
    for (const size of shape) {
      const dimension = message((one) => {
        if (typeof size === "number") one.tag(1, WireType.Varint).int64(size);
        else one.tag(2, WireType.LengthDelimited).string(size);
      });
      writer.tag(1, WireType.LengthDelimited).bytes(dimension);
    }
  });
  const tensorType = message((writer) => {
    writer.tag(1, WireType.Varint).int32(elementTypes[type]);
    writer.tag(2, WireType.LengthDelimited).bytes(sizes);
  });
  const wrapped = message((writer) => {
    writer.tag(1, WireType.LengthDelimited).bytes(tensorType);
  });
  return message((writer) => {
    writer.tag(1, WireType.LengthDelimited).string(name);
    writer.tag(2, WireType.LengthDelimited).bytes(wrapped);
  });
}

/**
 * Adds an activation function.
 * @throws code `onnx` for one that ONNX has under no name.
 */
export function activationNode(graph: OnnxGraph, value: OnnxValue, activation: string): OnnxValue {
  if (activation === "none") return value;
  const operator = { relu: "Relu", tanh: "Tanh", sigmoid: "Sigmoid" }[activation];
  if (operator === undefined) {
    throw new GradbridgeError(
      "onnx",
      `exportOnnx: the activation "${activation}" has no ONNX operator here.`,
    );
  }
  return graph.node(operator, [value]);
}
