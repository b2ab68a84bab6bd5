import { GradbridgeError } from "@gradbridge/random";

/** Sizes that do not fit together. Code `shape`. */
export class ShapeError extends GradbridgeError {
  constructor(message: string) {
    super("shape", message);
  }
}

/** An element type that an operation or device does not take. Code `dtype`. */
export class DTypeError extends GradbridgeError {
  constructor(message: string) {
    super("dtype", message);
  }
}

/** Tensors on different devices, or a device this machine lacks. Code `device`. */
export class DeviceError extends GradbridgeError {
  constructor(message: string, options?: ErrorOptions) {
    super("device", message, options);
  }
}
