import { deviceNames, devices } from "@gradbridge/core";
import { ArgumentError } from "../exit-status.ts";
import { didYouMean } from "./did-you-mean.ts";

/**
 * Checks that this machine has the device.
 * @throws ArgumentError where there is no such device, or it cannot run here.
 */
export async function requireDevice(name: string): Promise<void> {
  const names = deviceNames();
  if (!names.includes(name)) {
    throw new ArgumentError(
      `--device ${name}: there is no such device. Allowed: ${names.join(", ")}.${didYouMean(name, names)}`,
    );
  }
  const [device] = await devices([name]);
  if (device?.available === false) {
    throw new ArgumentError(`--device ${name} cannot run here: ${device.reason}`);
  }
}
