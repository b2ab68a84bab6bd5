import { GradbridgeError } from "@gradbridge/random";
import type { Backend, DeviceBuffer } from "../devices/backend.ts";
import { active } from "./recording.ts";

let made = 0;

/** How many storages were made so far: those made later have a `serial` of at least this. Internal. */
export function storagesMade(): number {
  return made;
}

/**
 * Device memory that one or more tensors read: a reshape shares its source's storage.
 * `version` counts changes in place, so that a backward pass can tell that a saved value is gone.
 */
export class Storage {
  readonly backend: Backend;
  /** Counts storages as they are made. */
  readonly serial: number = made++;
  version = 0;
  #buffer: DeviceBuffer | null;
  #owners = 0;

  constructor(backend: Backend, buffer: DeviceBuffer) {
    this.backend = backend;
    this.#buffer = buffer;
    active.recording?.storages.add(this);
  }

  get buffer(): DeviceBuffer {
    if (this.#buffer === null) {
      throw new GradbridgeError(
        "released",
        "This tensor's memory was released when the tidy() or compile() that it was made in ended. Return the tensor from there to keep it.",
      );
    }
    return this.#buffer;
  }

  /** Gives the memory to somebody else, who frees it; the tensors here can no longer be read. */
  surrender(): void {
    this.#buffer = null;
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
