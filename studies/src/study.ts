import type { LineChart } from "@gradbridge/charts";

/** A table of a study's page: a header and rows of text. */
export interface StudyTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A picture of a study's page: one or more charts. */
export interface StudyPicture {
  readonly charts: readonly LineChart[];
  /** Charts beside each other. Default 1. */
  readonly columns?: number;
}

/** What a study found. */
export interface StudyResult {
  /** By the name that the page marks their place with. */
  readonly tables: { readonly [name: string]: StudyTable };
  /** By file name without its ending. */
  readonly pictures: { readonly [name: string]: StudyPicture };
}

/** What a study is given. */
export interface StudyContext {
  /** A short run that shows that everything works; its numbers mean nothing. */
  readonly quick: boolean;
  /** Says what is going on. */
  readonly log: (line: string) => void;
}

/** One experiment: a question, answered by `pnpm study NAME`. */
export interface Study {
  /** Also the name of its page, docs/studies/NAME.md, and of its folder of pictures. */
  readonly name: string;
  /** One line for the list. */
  readonly question: string;
  run(context: StudyContext): Promise<StudyResult>;
}
