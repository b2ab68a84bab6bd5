/** How much work a subject is built for: `full` for figures, `smoke` to run the same code in an instant. */
export type Scale = "full" | "smoke";

/** One system doing the work of one row. */
export interface Subject {
  /**
   * Does the work `iterations` times and returns the seconds that took, until its result is on the host. Whatever is
   * no part of the work (choosing a backend, resetting) stays outside the clock.
   */
  sample(iterations: number): number | Promise<number>;
  /** Numbers that every system of the row must agree on after `sample(answerIterations)`. */
  answer?(): ArrayLike<number> | Promise<ArrayLike<number>>;
  /** Something the table should say about this subject: a return reached, seconds spent compiling. */
  remark?(): string | Promise<string>;
  /** Gives memory and processes back. */
  stop?(): void | Promise<void>;
}

/** Starts a {@link Subject}; throws where the system cannot run here, and the table then says why. */
export type StartSubject = (scale: Scale) => Subject | Promise<Subject>;

/** How many iterations precede the comparison of answers. */
export const answerIterations = 3;

/** The parts of a subject that runs in this process. */
export interface InProcess {
  /** Before the clock starts. */
  enter?(): void;
  /** The work, once. */
  iterate(): void;
  /** Reads the result, inside the clock: nothing may be left pending or be dead code. */
  finish(): number;
  answer?(): ArrayLike<number> | Promise<ArrayLike<number>>;
  stop?(): void;
}

/**
 * A subject from a synchronous piece of work.
 * @throws Error where `finish` returns a number that is not finite: the work then went wrong.
 */
export function inProcess({ enter, iterate, finish, answer, stop }: InProcess): Subject {
  return {
    sample(iterations) {
      enter?.();
      const began = performance.now();
      for (let i = 0; i < iterations; i++) iterate();
      const result = finish();
      const seconds = (performance.now() - began) / 1000;
      if (!Number.isFinite(result)) throw new Error(`The result is ${result}.`);
      return seconds;
    },
    ...(answer === undefined ? {} : { answer }),
    ...(stop === undefined ? {} : { stop }),
  };
}
