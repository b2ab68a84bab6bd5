/** Milliseconds that a trial takes at least, and how many runs. */
const trialMilliseconds = 0.2;
const trialRuns = 5;
/** The winner runs for this many times as long as the trials took, and twice as long each time it wins again. */
const shortestTerm = 8;
const longestTerm = 32;
/** Shared runs end their term early where they take this much longer than runs alone did. */
const tolerance = 1.3;

/**
 * Whether a program is to be shared between threads, decided by the clock: now and then it is run both ways for a while, and the
 * faster one is kept for longer. Where the other processors are busy with something else, sharing loses; that changes from
 * moment to moment, and no thread can know. Results are the same bits either way.
 *
 * A run to which no other thread came says nothing of sharing: on an idle machine a sleeping thread takes the time of several runs to
 * wake. Nor does the slowest run of a trial, which something else may have held up; whether that happens all the time shows
 * in the term that follows.
 */
export class Sharing {
  /** Whether the next run is to be shared. */
  wanted = true;
  #phase: "shared" | "alone" | "term" = "shared";
  #runs = -1;
  #spent = 0;
  #slowest = 0;
  #shared = 0;
  #alone = 0;
  #trials = 0;
  #winner = true;
  #term = shortestTerm;

  /**
   * To be told of each run.
   * @param together whether, of a shared run, another thread took part
   */
  took(milliseconds: number, together: boolean): void {
    if (this.#phase === "shared" && !together) return;
    // The first one finds the caches cold.
    if (++this.#runs === 0) return;
    this.#spent += milliseconds;
    if (milliseconds > this.#slowest) this.#slowest = milliseconds;
    if (this.#phase === "term") this.#duringTerm();
    else if (this.#enough()) this.#afterTrial();
  }

  #enough(): boolean {
    return this.#runs >= trialRuns && this.#spent >= trialMilliseconds;
  }

  #begin(phase: "shared" | "alone" | "term", wanted: boolean): void {
    this.#phase = phase;
    this.wanted = wanted;
    this.#runs = phase === "term" ? 0 : -1;
    this.#spent = 0;
    this.#slowest = 0;
  }

  #afterTrial(): void {
    const mean = (this.#spent - this.#slowest) / (this.#runs - 1);
    if (this.#phase === "shared") {
      this.#shared = mean;
      this.#trials = mean * this.#runs;
      this.#begin("alone", false);
      return;
    }
    this.#alone = mean;
    this.#trials += mean * this.#runs;
    const winner = this.#shared < this.#alone;
    this.#term = winner === this.#winner ? Math.min(longestTerm, 2 * this.#term) : shortestTerm;
    this.#winner = winner;
    this.#begin("term", winner);
  }

  #duringTerm(): void {
    if (this.wanted && this.#enough() && this.#spent > tolerance * this.#alone * this.#runs) {
      this.#winner = false;
      this.#term = shortestTerm;
      this.#begin("term", false);
    } else if (this.#spent > this.#term * this.#trials) {
      this.#begin("shared", true);
    }
  }
}
