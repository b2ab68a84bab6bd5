import { GradbridgeError } from "@gradbridge/random";

/** An environment plugin that is malformed, cannot be loaded or cannot be registered. Code `plugin`. */
export class EnvPluginError extends GradbridgeError {
  declare readonly code: "plugin";

  constructor(message: string, options?: ErrorOptions) {
    super("plugin", message, options);
  }
}
