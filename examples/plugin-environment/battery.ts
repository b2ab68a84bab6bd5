import { defineEnvPlugin } from "@gradbridge/envs";
import { Box, Discrete, Env, type ResetOptions, type ResetResult, type StepResult } from "gymnasium-js";

/** A battery at a house: each hour wait (0), buy a unit of electricity (1) or sell one (2). Reward: money earned. */
export class BatteryEnv extends Env<Box, Discrete> {
  readonly observationSpace = new Box(-Infinity, Infinity, { shape: [4] });
  readonly actionSpace = new Discrete(3);
  hour = 0;
  charge = 0;
  price = 0;

  override reset({ seed }: ResetOptions = {}): ResetResult<Float32Array> {
    this.reseed(seed);
    this.hour = this.random.integers(0, 24);
    this.charge = this.random.integers(0, 5);
    return [this.observe(), {}];
  }

  override step(action: number): StepResult<Float32Array> {
    const bought = action === 1 && this.charge < 4 ? 1 : action === 2 && this.charge > 0 ? -1 : 0;
    const reward = -bought * this.price;
    this.charge += bought;
    this.hour = (this.hour + 1) % 24;
    return [this.observe(), reward, false, false, {}];
  }

  /** Cheap at night, expensive in the evening, never quite the same. */
  observe(): Float32Array {
    const angle = (this.hour / 24) * 2 * Math.PI;
    this.price = 0.3 - 0.2 * Math.cos(angle) + this.random.normal(0, 0.02);
    return Float32Array.of(this.charge / 4, this.price, Math.sin(angle), Math.cos(angle));
  }
}

export const plugin = defineEnvPlugin({
  name: "battery",
  version: "1.0.0",
  environments: [{ id: "Battery-v0", entryPoint: BatteryEnv, maxEpisodeSteps: 168, rewardThreshold: 9 }],
});
