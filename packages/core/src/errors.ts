/**
 * Every error this project throws on purpose. `code` is stable across releases: match on it, not on the text.
 * The text says what was expected, what came, and what to do.
 */
export class GradbridgeError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

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
