import { deltaAndLossStudy } from "./delta-and-loss/study.ts";
import { linkSchedulingStudy } from "./link-scheduling/study.ts";
import { reductionsStudy } from "./reductions/study.ts";
import type { Study } from "./study.ts";
import { surrogateStudy } from "./surrogate/study.ts";

/** Every study, one line each. */
export const studies: readonly Study[] = [
  surrogateStudy,
  reductionsStudy,
  deltaAndLossStudy,
  linkSchedulingStudy,
];
