/** What `doctor` found out about one thing. */
export interface Finding {
  readonly name: string;
  /** `note`: something is absent that not everybody needs. `problem`: nothing can be trained without it. */
  readonly status: "ok" | "note" | "problem";
  /** What is there, or that it is not. */
  readonly found: string;
  /** What to do, or what its absence means; null where all is well. */
  readonly advice: string | null;
}

/** Something that is there and as it should be. */
export function ok(name: string, found: string): Finding {
  return { name, status: "ok", found, advice: null };
}

/** Something absent that not everybody needs. */
export function note(name: string, found: string, advice: string): Finding {
  return { name, status: "note", found, advice };
}

/** Something nothing can be trained without. */
export function problem(name: string, found: string, advice: string): Finding {
  return { name, status: "problem", found, advice };
}
