export { GradbridgeError } from "./errors.ts";
