export { cartPole } from "./cart-pole.ts";
export {
  type ActingOutputs,
  type DeviceEnvironments,
  type DeviceEnvironmentsOptions,
  type DeviceRollout,
  type DeviceTargets,
  deviceEnvironments,
  deviceTargets,
} from "./device-environments.ts";
export { pendulum } from "./pendulum.ts";
export { philox, philoxText, unitOf, type Words } from "./philox.ts";
export type { Simulation } from "./simulation.ts";
