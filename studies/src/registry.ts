import { reductionsStudy } from "./reductions/study.ts";
import type { Study } from "./study.ts";

/** Every study, one line each. */
export const studies: readonly Study[] = [reductionsStudy];
