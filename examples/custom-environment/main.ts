import { train } from "@gradbridge/bridge";
import { Box, Discrete, Env, type ResetOptions, type ResetResult, type StepResult } from "gymnasium-js";

/** A drone shall hover at height 0 m; its rotor is off (0) or on (1). Each step is worth 1 minus the distance. */
class HoverEnv extends Env<Box, Discrete> {
  readonly observationSpace = new Box(-Infinity, Infinity, { shape: [2] });
  readonly actionSpace = new Discrete(2);
  height = 0;
  speed = 0;
  steps = 0;

  override reset({ seed }: ResetOptions = {}): ResetResult<Float32Array> {
    this.reseed(seed);
    this.height = this.random.uniform(-0.5, 0.5);
    this.speed = 0;
    this.steps = 0;
    return [Float32Array.of(this.height, this.speed), {}];
  }

  override step(action: number): StepResult<Float32Array> {
    this.speed += action === 1 ? 0.02 : -0.02;
    this.height += this.speed;
    this.steps += 1;
    const [distance, isLost] = [Math.abs(this.height), Math.abs(this.height) > 1];
    return [Float32Array.of(this.height, this.speed), 1 - distance, isLost, this.steps === 100, {}];
  }
}

const { evaluation, seconds } = await train({ env: () => new HoverEnv(), estimator: "ppo", steps: 40_000 });
console.log(`mean return ${evaluation?.mean.toFixed(1)} of 100 after ${seconds.toFixed(1)} s`);
