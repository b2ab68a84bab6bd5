import { GradbridgeError, type Tensor } from "@gradbridge/core";
import { parseTensors, serializeTensors, type TensorFile } from "./safetensors.ts";

/**
 * Writes tensors (by name) and metadata to a safetensors file, whole or not at all: a reader never sees a half-written
 * one. Folders on the way to it are made. Node only; elsewhere use {@link serializeTensors}.
 * @throws code `file` where it cannot be written.
 */
export async function saveTensors(
  path: string,
  record: { readonly [name: string]: Tensor },
  metadata: { readonly [key: string]: string } = {},
): Promise<void> {
  const bytes = await serializeTensors(record, metadata);
  const { default: writeFileAtomic } = await import("write-file-atomic");
  try {
    const [{ mkdir }, { dirname }] = await Promise.all([import("node:fs/promises"), import("node:path")]);
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GradbridgeError("file", `saveTensors: cannot write ${path}: ${reason}`, { cause: error });
  }
}

/**
 * Reads a safetensors file. Node only; elsewhere use {@link parseTensors}.
 * @throws code `file` where it cannot be read, `safetensors` where it is malformed.
 */
export async function loadTensors(
  path: string,
  options: { readonly device?: string } = {},
): Promise<TensorFile> {
  const { readFile } = await import("node:fs/promises");
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new GradbridgeError("file", `loadTensors: cannot read ${path}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return parseTensors(bytes, options);
}
