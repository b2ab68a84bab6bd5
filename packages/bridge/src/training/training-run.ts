import { currentDevice, GradbridgeError, onDevice, readsAtOnce } from "@gradbridge/core";
import type { Policy } from "@gradbridge/policy";
import { type Generator, generator } from "@gradbridge/random";
import { GymnasiumError, type JsonValue, type VectorEnv } from "gymnasium-js";
import type { LearnedFrom, ProgressRecord, TrainingContext } from "../callbacks/callback.ts";
import type { Estimator } from "../estimators/estimator.ts";
import { collect } from "../rollouts/collect.ts";
import { isNormalized, type NormalizedPolicy, normalizedPolicy } from "../rollouts/normalized-policy.ts";
import { ObservationNormalizer } from "../rollouts/observation-normalizer.ts";
import { RewardNormalizer } from "../rollouts/reward-normalizer.ts";
import type { Episode, RolloutPosition } from "../rollouts/rollout.ts";
import { type Checkpoint, movedTo, restorePolicy, withoutPrefix, withPrefix } from "./checkpoint.ts";
import { Learner } from "./learner.ts";
import type { TrainSettings } from "./settings.ts";

/** What a {@link TrainingRun} is made of. */
export interface TrainingParts {
  readonly settings: TrainSettings;
  readonly envs: VectorEnv;
  readonly estimator: Estimator;
  /** Id of the environment, for checkpoints. */
  readonly env: string | null;
  readonly makePolicy: (generator: Generator) => Policy;
}

/** Milliseconds that training may hold the event loop before timers, signals and the screen get their turn. */
const holdMilliseconds = 20;

/**
 * The state of one training run: policy, optimizer, generators, environments and where they stand. One update after
 * another changes it; `checkpoint` copies all of it, `begin` with a checkpoint continues from there, bit for bit.
 */
export class TrainingRun implements TrainingContext {
  readonly settings: TrainSettings;
  readonly policy: Policy;
  lastCheckpoint: string | null = null;
  stopReason: string | null = null;
  learned: LearnedFrom | null = null;
  steps = 0;
  update = 0;
  readonly #parts: TrainingParts;
  readonly #normalized: NormalizedPolicy | null;
  readonly #normalizeReward: RewardNormalizer | null;
  /** What learns, on a device that acting cannot read at once; null where one policy does both. */
  readonly #twin: Twin | null;
  readonly #learner: Learner;
  readonly #action: Generator;
  readonly #shuffle: Generator;
  #position: RolloutPosition | undefined;
  #seconds = 0;
  #episodes = 0;
  #recent: Episode[] = [];
  #lastYield = performance.now();

  constructor(parts: TrainingParts) {
    this.#parts = parts;
    this.settings = parts.settings;
    const [initial, action, shuffle] = generator(parts.settings.seed).spawn(3) as [
      Generator,
      Generator,
      Generator,
    ];
    this.#action = action;
    this.#shuffle = shuffle;
    const { normalizeObservation, normalizeReward, gamma } = parts.settings;
    const policy = actingPolicy(parts, initial);
    this.policy =
      normalizeObservation && !isNormalized(policy)
        ? normalizedPolicy(policy, new ObservationNormalizer(policy.observationSize))
        : policy;
    this.#normalized = isNormalized(this.policy) ? this.policy : null;
    this.#normalizeReward = normalizeReward ? new RewardNormalizer(parts.envs.numEnvs, gamma) : null;
    this.#twin = readsAtOnce() ? null : new Twin(this.#actor, parts);
    this.#learner = new Learner(this.#twin?.policy ?? this.#actor, parts.estimator, parts.settings, shuffle);
  }

  /** The policy that acts on what the rollout holds, and learns from it. */
  get #actor(): Policy {
    return this.#normalized?.inner ?? this.policy;
  }

  /** Puts everything where the checkpoint says; without one, the environments are reset by the first rollout. */
  async begin(from: Checkpoint | undefined): Promise<void> {
    if (from === undefined) return;
    const { progress, tensors } = from;
    const { device } = this.#actor.parameters()[0]!;
    restorePolicy(this.policy, { ...from, tensors: await movedTo(device, tensors) });
    this.#twin?.follow();
    const state = await movedTo(currentDevice(), withoutPrefix(tensors, "optimizer"));
    this.#learner.optimizer.restore({ ...progress.optimizer, tensors: state });
    this.#action.restore(progress.generators.action);
    this.#shuffle.restore(progress.generators.shuffle);
    this.steps = progress.steps;
    this.update = progress.update;
    this.#seconds = progress.seconds;
    this.#episodes = progress.episodes;
    this.#recent = [...progress.recent];
    if (progress.normalizers.observation !== null) {
      this.#normalized?.normalizer.restore(progress.normalizers.observation);
    }
    if (progress.normalizers.reward !== null) this.#normalizeReward?.restore(progress.normalizers.reward);
    const { envs } = this.#parts;
    const sameShape = progress.position.episodeReturn.length === envs.numEnvs;
    if (progress.envs !== null && envs.restore !== undefined && sameShape) {
      await envs.reset({ seed: this.settings.seed });
      await envs.restore(progress.envs);
      this.#position = {
        observation: Float32Array.from(progress.position.observation),
        episodeReturn: Float64Array.from(progress.position.episodeReturn),
        episodeLength: Int32Array.from(progress.position.episodeLength),
        ...(progress.position.mask && { mask: Int8Array.from(progress.position.mask) }),
      };
    }
  }

  /** One rollout, and everything learned from it. */
  async nextUpdate(): Promise<ProgressRecord> {
    const began = performance.now();
    const { settings } = this;
    const { envs } = this.#parts;
    const rollout = await collect(this.#actor, envs, {
      steps: settings.rolloutSteps,
      generator: this.#action,
      actionMask: settings.actionMask,
      // only used where environments start anew: at first, and on resuming those that cannot be saved
      seed: settings.seed + this.steps,
      ...(this.#position === undefined ? {} : { start: this.#position }),
      ...(this.#normalized && { normalizeObservation: this.#normalized.normalizer }),
      ...(this.#normalizeReward && { normalizeReward: this.#normalizeReward }),
    });
    this.#normalized?.refresh();
    const summary = await this.#learner.learn(rollout, Math.min(1, this.steps / settings.steps));
    await this.#twin?.teach();
    this.learned = { rollout, policy: this.#actor, estimator: this.#parts.estimator };
    this.#position = rollout.end;
    this.steps += rollout.steps * rollout.numEnvs;
    this.update++;
    this.#episodes += rollout.episodes.length;
    this.#recent = [...this.#recent, ...rollout.episodes].slice(-100);
    this.#seconds += (performance.now() - began) / 1000;
    return {
      update: this.update,
      steps: this.steps,
      seconds: this.#seconds,
      episodes: this.#episodes,
      returnMean: mean(this.#recent.map((episode) => episode.return)),
      lengthMean: mean(this.#recent.map((episode) => episode.length)),
      learningRate: this.#learner.optimizer.learningRate,
      ...summary,
    };
  }

  async checkpoint(): Promise<Checkpoint> {
    const { envs, env } = this.#parts;
    const { step, learningRate, tensors } = this.#learner.optimizer.state();
    const position = this.#position;
    return {
      settings: this.settings,
      env,
      progress: {
        steps: this.steps,
        update: this.update,
        seconds: this.#seconds,
        episodes: this.#episodes,
        recent: this.#recent,
        generators: { action: this.#action.state, shuffle: this.#shuffle.state },
        position: {
          observation: [...(position?.observation ?? [])],
          episodeReturn: [...(position?.episodeReturn ?? [])],
          episodeLength: [...(position?.episodeLength ?? [])],
          ...(position?.mask && { mask: [...position.mask] }),
        },
        envs: position === undefined ? null : await stateOf(envs),
        optimizer: { step, learningRate },
        normalizers: {
          observation: this.#normalized?.normalizer.state() ?? null,
          reward: this.#normalizeReward?.state() ?? null,
        },
      },
      tensors: { ...withPrefix(this.policy.stateDict(), "policy"), ...withPrefix(tensors, "optimizer") },
    };
  }

  stop(reason: string): void {
    this.stopReason ??= reason;
  }

  /** Lets timers, signals and the screen have their turn, now and then. */
  async yieldToEvents(): Promise<void> {
    if (performance.now() - this.#lastYield < holdMilliseconds) return;
    await new Promise<void>((resolve) => {
      if (typeof setImmediate === "function") setImmediate(resolve);
      else setTimeout(resolve, 0);
    });
    this.#lastYield = performance.now();
  }

  /** The numbers of a result. */
  summary(): { policy: Policy; steps: number; updates: number; seconds: number; stepsPerSecond: number } {
    const { policy, steps, update: updates } = this;
    return { policy, steps, updates, seconds: this.#seconds, stepsPerSecond: steps / this.#seconds };
  }
}

/**
 * The policy that acts. Acting needs an answer at every step: where the current device cannot give one at once, the
 * policy acts on `wasm`, and a twin learns on the device.
 */
function actingPolicy({ makePolicy }: TrainingParts, initial: Generator): Policy {
  return readsAtOnce() ? makePolicy(initial) : onDevice("wasm", () => makePolicy(initial));
}

/** A policy on the current device with the parameters of one on the host. */
class Twin {
  readonly policy: Policy;
  readonly #host: Policy;

  /** @throws code `device` where the policy is one that cannot be made a second time. */
  constructor(host: Policy, { makePolicy }: TrainingParts) {
    const policy = makePolicy(generator(0));
    this.policy = isNormalized(policy) ? policy.inner : policy;
    this.#host = host;
    if (this.policy === host) {
      throw new GradbridgeError(
        "device",
        `train: the device ${currentDevice()} cannot be read at once, so a policy of your own cannot both act and learn there. ` +
          "Leave the policy out, or train on another device.",
      );
    }
    this.follow();
  }

  /** Takes over the host's parameters. */
  follow(): void {
    const own = this.policy.parameters();
    this.#host.parameters().forEach((parameter, i) => {
      own[i]!.detach().assign(parameter.dataSync());
    });
  }

  /** Gives the host the parameters that were learned: all that is read back after a rollout. */
  async teach(): Promise<void> {
    const learned = await Promise.all(this.policy.parameters().map((parameter) => parameter.data()));
    this.#host.parameters().forEach((parameter, i) => {
      parameter.detach().assign(learned[i]!);
    });
  }
}

/** Everything that decides the environments' future; null where one of them cannot say. */
async function stateOf(envs: VectorEnv): Promise<JsonValue> {
  try {
    return (await envs.state?.()) ?? null;
  } catch (error) {
    if (error instanceof GymnasiumError && error.code === "unsupported") return null;
    throw error;
  }
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
