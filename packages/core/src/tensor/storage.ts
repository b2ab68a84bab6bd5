import { GradbridgeError } from "@gradbridge/random";
import type { Backend, DeviceBuffer } from "../devices/backend.ts";

/**
 * Device memory that one or more tensors read: a reshape shares its source's storage.
 * `version` counts changes in place, so that a backward pass can tell that a saved value is gone.
 */
export class Storage {
  readonly backend: Backend;
  version = 0;
  #buffer: DeviceBuffer | null;
  #owners = 0;

  constructor(backend: Backend, buffer: DeviceBuffer) {
    this.backend = backend;
    this.#buffer = buffer;
  }

  get buffer(): DeviceBuffer {
    if (this.#buffer === null) {
      throw new GradbridgeError(
        "released",
        "This tensor's memory was released when the tidy() that created it ended. Return the tensor from tidy() to keep it.",
      );
    }
    return this.#buffer;
  }

  retain(): void {
    this.#owners++;
  }

  /** Gives up one owner's claim; the last one frees the memory at once. Without it, garbage collection does. */
  release(): void {
    this.#owners--;
    if (this.#owners === 0 && this.#buffer !== null) {
      this.backend.free(this.#buffer);
      this.#buffer = null;
    }
  }
}
