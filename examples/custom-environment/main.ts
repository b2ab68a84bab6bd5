import { train } from "@gradbridge/bridge";
import {
  Box,
  Discrete,
  Env,
  type ResetOptions,
  type ResetResult,
  register,
  type StepResult,
} from "gymnasium-js";

/** Keep a drone at height 0 m: its rotor is off (0) or on (1); each step pays 1 minus the distance. */
class HoverEnv extends Env<Box, Discrete> {
  readonly observationSpace = new Box(-Infinity, Infinity, { shape: [2] });
  readonly actionSpace = new Discrete(2);
  drone = { height: 0, speed: 0 };

  override reset({ seed }: ResetOptions = {}): ResetResult<Float32Array> {
    this.reseed(seed);
    this.drone = { height: this.random.uniform(-0.5, 0.5), speed: 0 };
    return [Float32Array.of(this.drone.height, 0), {}];
  }

  override step(action: number): StepResult<Float32Array> {
    const speed = this.drone.speed + (action === 1 ? 0.02 : -0.02);
    const height = this.drone.height + speed;
    this.drone = { height, speed };
    return [Float32Array.of(height, speed), 1 - Math.abs(height), Math.abs(height) > 1, false, {}];
  }
}

register({ id: "Hover-v0", entryPoint: HoverEnv, maxEpisodeSteps: 100 });
const { evaluation } = await train({ env: "Hover-v0", estimator: "ppo", steps: 20_000 });
console.log(`mean return ${evaluation?.mean.toFixed(1)} of at most 100`);
