import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RgbFrame } from "../env.ts";
import type { BlackjackObservation } from "../environments/toy-text/blackjack.ts";
import { hasCanvas } from "../fixtures/has-canvas.ts";
import { type Packed, readFixture, unpack } from "../fixtures/read-fixture.ts";
import { make } from "../registration/make.ts";
import { setWarningHandler } from "../warning.ts";
import { drawBlackjack } from "./draw-blackjack.ts";
import { SUITS, type Suit } from "./playing-card.ts";

/** One run of Gymnasium's: after `moments` steps it drew `frames`, `[moments, height, width, 3]`. */
interface Recording {
  readonly name: string;
  readonly id: string;
  readonly seed: number;
  readonly actions: Packed;
  readonly moments: readonly number[];
  readonly height: number;
  readonly width: number;
  readonly frames: Packed | null;
  /** Suit and rank of the dealer's open card, in Blackjack. */
  readonly card: string | null;
}

/**
 * How far frames may be apart, because edges are smoothed differently: the mean difference of color values (of 255) and
 * the share of clearly different pixels. A picture that is off by one pixel exceeds at least one of both.
 */
const LIMITS: { readonly [id: string]: readonly [mean: number, different: number] } = {
  "CartPole-v1": [0.03, 0.00015],
  "MountainCar-v0": [0.1, 0.00035],
  "MountainCarContinuous-v0": [0.1, 0.00035],
  "Pendulum-v1": [0.13, 0.0005],
  "Acrobot-v1": [0.05, 0.0005],
};

const recordings = readFixture<Recording[]>("frames");

let restoreWarnings: (() => void) | null = null;
beforeAll(() => {
  // The recorded cart-pole goes on after its pole has fallen.
  const before = setWarningHandler(() => {});
  restoreWarnings = () => setWarningHandler(before);
});
afterAll(() => restoreWarnings?.());

function play({ id, seed, actions, moments }: Recording): RgbFrame[] {
  const env = make(id, { renderMode: "rgb_array", disableEnvChecker: true });
  const taken = unpack(actions);
  env.reset({ seed });
  const frames: RgbFrame[] = [];
  for (let step = 0; step <= Math.max(...moments); step++) {
    if (moments.includes(step)) frames.push(env.render() as RgbFrame);
    const action = taken[step];
    if (action !== undefined) env.step("n" in env.actionSpace ? action : Float32Array.of(action));
  }
  return frames;
}

/** Mean absolute difference of all color values, 0 … 255, and the share of pixels that differ by more than 64. */
function difference(ours: RgbFrame, theirs: ArrayLike<number>): { mean: number; different: number } {
  let sum = 0;
  let different = 0;
  for (let i = 0; i < ours.data.length; i += 3) {
    const distances = [0, 1, 2].map((k) => Math.abs(ours.data[i + k]! - theirs[i + k]!));
    sum += distances[0]! + distances[1]! + distances[2]!;
    if (Math.max(...distances) > 64) different += 1;
  }
  return { mean: sum / ours.data.length, different: different / (ours.width * ours.height) };
}

describe.skipIf(!hasCanvas)("frames beside Gymnasium's (needs a canvas package)", () => {
  it.each(recordings)("$name: same size", (recording) => {
    for (const frame of play(recording)) {
      expect([frame.height, frame.width]).toEqual([recording.height, recording.width]);
      expect(frame.data).toBeInstanceOf(Uint8Array);
      expect(frame.data.length).toBe(recording.height * recording.width * 3);
    }
  });

  it.each(recordings.filter(({ frames }) => frames !== null))("$name: same picture", (recording) => {
    const theirs = unpack(recording.frames!) as Uint8Array;
    for (const [i, frame] of play(recording).entries()) {
      const size = frame.data.length;
      const { mean, different } = difference(frame, theirs.subarray(i * size, (i + 1) * size));
      const [meanLimit, differentLimit] = LIMITS[recording.id]!;
      expect(mean, `mean difference of frame ${i}`).toBeLessThan(meanLimit);
      expect(different, `share of different pixels of frame ${i}`).toBeLessThan(differentLimit);
    }
  });

  it.each(recordings.filter(({ card }) => card !== null))(
    "$name: the dealer's card is $card",
    (recording) => {
      const env = make(recording.id, { renderMode: "rgb_array" });
      const [observation] = env.reset({ seed: recording.seed });
      const [playerSum, dealerCard, usableAce] = observation as BlackjackObservation;
      const [suit, rank] = recording.card! as unknown as [Suit, string];
      const scene = { playerSum, dealerCard, hasUsableAce: usableAce === 1 };
      const theirs = { ...scene, suit: SUITS.indexOf(suit), face: Math.max("JQK".indexOf(rank), 0) };
      expect(Buffer.compare((env.render() as RgbFrame).data, drawBlackjack(theirs).data)).toBe(0);
    },
  );
});
