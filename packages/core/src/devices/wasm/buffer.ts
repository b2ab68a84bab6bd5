import { GradbridgeError } from "@gradbridge/random";
import type { DType } from "../../tensor/dtype.ts";
import type { DeviceBuffer } from "../backend.ts";
import type { Page } from "./page.ts";

/** A handle: the elements lie `offset` bytes into the page. Nothing but its user refers to it. */
export class WasmBuffer implements DeviceBuffer {
  readonly dtype: DType;
  readonly length: number;
  /** null once freed. */
  page: Page | null;
  offset: number;

  constructor(dtype: DType, length: number, page: Page, offset: number) {
    this.dtype = dtype;
    this.length = length;
    this.page = page;
    this.offset = offset;
  }
}

/** The error for a buffer without a page. Code `freed`, or `device` where it never was one of this device's. */
export function noPage(buffer: DeviceBuffer, use: string): GradbridgeError {
  if (buffer instanceof WasmBuffer) {
    return new GradbridgeError(
      "freed",
      `wasm: cannot ${use} a buffer of ${buffer.length} ${buffer.dtype} that was freed. Do not use a tensor after dispose.`,
    );
  }
  return new GradbridgeError(
    "device",
    `wasm: cannot ${use} a buffer that another device allocated. Move the tensor to this device first.`,
  );
}
