import { defineEnvPlugin } from "@gradbridge/envs";
import { Box, Discrete, Env, type ResetOptions, type ResetResult, type StepResult } from "gymnasium-js";

/** A battery of 4 kWh. Each hour: wait (0), buy 1 kWh (1) or sell 1 kWh (2). The reward is the money earned. */
export class BatteryEnv extends Env<Box, Discrete> {
  readonly observationSpace = new Box([0, 0, -1, -1], [1, 1, 1, 1]);
  readonly actionSpace = new Discrete(3);
  charge = 0;
  price = 0;
  hour = 0;

  override reset({ seed }: ResetOptions = {}): ResetResult<Float32Array> {
    this.reseed(seed);
    this.charge = this.random.integers(0, 4, { endpoint: true });
    this.hour = this.random.integers(0, 24);
    return [this.observe(), {}];
  }

  override step(action: number): StepResult<Float32Array> {
    const bought = action === 1 && this.charge < 4 ? 1 : action === 2 && this.charge > 0 ? -1 : 0;
    const reward = -bought * this.price;
    this.charge += bought;
    this.hour = (this.hour + 1) % 24;
    return [this.observe(), reward, false, false, {}];
  }

  /** Electricity is cheap at night and expensive at noon, and never quite as it was the day before. */
  observe(): Float32Array {
    const angle = (this.hour / 24) * 2 * Math.PI;
    this.price = 0.3 - 0.2 * Math.cos(angle) + this.random.uniform(-0.05, 0.05);
    return Float32Array.of(this.charge / 4, this.price, Math.sin(angle), Math.cos(angle));
  }
}

export const plugin = defineEnvPlugin({
  name: "battery",
  version: "1.0.0",
  environments: [
    {
      id: "Battery-v0",
      entryPoint: BatteryEnv,
      maxEpisodeSteps: 7 * 24,
      rewardThreshold: 10,
      description: "Buy electricity when it is cheap, sell it when it is expensive, for a week.",
      defaults: { steps: 30_000, numEnvs: 8, rolloutSteps: 128, minibatchSize: 256, learningRate: 1e-3 },
    },
  ],
});
