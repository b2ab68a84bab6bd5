/** Milliseconds that a trial takes at least, and how many runs. */
const trialMilliseconds = 0.5;
const trialRuns = 4;
/** The winner runs for this many times as long as the trials took, and twice as long each time it wins again. */
const shortestTerm = 8;
const longestTerm = 32;
/** Shared runs end their term early where they take this much longer than runs alone did. */
const tolerance = 1.3;

/**
 * Whether a program is to be shared between threads, decided by the clock: now and then it is run both ways for a while, and the
 * faster one is kept for longer. Where the other processors are busy with something else, sharing loses; that changes from
 * moment to moment, and no thread can know. Results are the same bits either way.
 */
export class Sharing {
  /** Whether the next run is to be shared. */
  wanted = true;
  #phase: "shared" | "alone" | "term" = "shared";
  #runs = -1;
  #spent = 0;
  #shared = 0;
  #alone = 0;
  #trials = 0;
  #winner = true;
  #term = shortestTerm;

  /** To be told how long each run took. */
  took(milliseconds: number): void {
    // The first one wakes threads, or finds the caches cold.
    if (++this.#runs === 0) return;
    this.#spent += milliseconds;
    if (this.#phase === "term") this.#duringTerm();
    else if (this.#runs >= trialRuns && this.#spent >= trialMilliseconds) this.#afterTrial();
  }

  #begin(phase: "shared" | "alone" | "term", wanted: boolean): void {
    this.#phase = phase;
    this.wanted = wanted;
    this.#runs = phase === "term" ? 0 : -1;
    this.#spent = 0;
  }

  #afterTrial(): void {
    const mean = this.#spent / this.#runs;
    if (this.#phase === "shared") {
      this.#shared = mean;
      this.#trials = this.#spent;
      this.#begin("alone", false);
      return;
    }
    this.#alone = mean;
    this.#trials += this.#spent;
    const winner = this.#shared < this.#alone;
    this.#term = winner === this.#winner ? Math.min(longestTerm, 2 * this.#term) : shortestTerm;
    this.#winner = winner;
    this.#begin("term", winner);
  }

  #duringTerm(): void {
    const enough = this.#runs >= trialRuns && this.#spent >= trialMilliseconds;
    const worse = this.wanted && enough && this.#spent > tolerance * this.#alone * this.#runs;
    if (worse) this.#term = shortestTerm;
    if (worse || this.#spent > this.#term * this.#trials) this.#begin("shared", true);
  }
}
