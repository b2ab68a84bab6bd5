import { GradbridgeError } from "@gradbridge/random";

/** How a device fails: what it reports later, thrown at the next use. */
export class Health {
  #failure: GradbridgeError | null = null;
  #disposed = false;

  constructor(device: GPUDevice) {
    device.lost.then(({ reason, message }) => {
      if (this.#disposed) return;
      this.fail(
        new GradbridgeError(
          "device-lost",
          `webgpu: the device was lost (${reason}): ${message || "no reason given"}. Its tensors are gone: go on from the last ` +
            "checkpoint, on this device in a new process or on another one.",
        ),
      );
    });
    device.onuncapturederror = (event) => {
      event.preventDefault(); // it is not for the console: whoever uses the device next gets it
      const { error } = event;
      const outOfMemory = error.constructor.name === "GPUOutOfMemoryError";
      this.fail(
        new GradbridgeError(
          outOfMemory ? "out-of-memory" : "device",
          outOfMemory
            ? `webgpu: the device is out of memory: ${error.message}. Use smaller batches, tidy(), or await between steps so that ` +
                "unreachable tensors can be reclaimed; then go on from the last checkpoint."
            : `webgpu: the device reports an error: ${error.message}`,
        ),
      );
    };
  }

  get failed(): boolean {
    return this.#failure !== null;
  }

  /** Every later use throws this; the first failure is the cause of those after it. */
  fail(failure: GradbridgeError): void {
    this.#failure ??= failure;
  }

  /** Losing the device is what was asked for. */
  dispose(): void {
    this.#disposed = true;
    this.fail(new GradbridgeError("device", "webgpu: the device was disposed of. Make another."));
  }

  /** @throws the failure, if there was one: code `device-lost`, `out-of-memory` or `device`. */
  check(): void {
    if (this.#failure !== null) throw this.#failure;
  }
}
