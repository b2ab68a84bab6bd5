import { train } from "@gradbridge/bridge";
import { Box, Discrete, Env, type ResetOptions, type ResetResult, type StepResult } from "gymnasium-js";

/** A drone is to hover at height 0 m; its rotor is off (0) or on (1). Each step is worth 1 minus the distance. */
class HoverEnv extends Env<Box, Discrete> {
  readonly observationSpace = new Box(-Infinity, Infinity, { shape: [2] });
  readonly actionSpace = new Discrete(2);
  height = 0;
  speed = 0;
  steps = 0;

  override reset({ seed }: ResetOptions = {}): ResetResult<Float32Array> {
    this.reseed(seed);
    [this.height, this.speed, this.steps] = [this.random.uniform(-0.5, 0.5), 0, 0];
    return [Float32Array.of(this.height, this.speed), {}];
  }

  override step(action: number): StepResult<Float32Array> {
    this.speed += action === 1 ? 0.02 : -0.02;
    this.height += this.speed;
    this.steps += 1;
    const distance = Math.abs(this.height);
    return [Float32Array.of(this.height, this.speed), 1 - distance, distance > 1, this.steps === 100, {}];
  }
}

const { evaluation } = await train({ env: () => new HoverEnv(), estimator: "ppo", steps: 20_000 });
console.log(`mean return ${evaluation?.mean.toFixed(1)} of at most 100`);
