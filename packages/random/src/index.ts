export type { ChoiceOptions } from "./choice.ts";
export { GradbridgeError } from "./errors.ts";
export { type FloatArray, type FloatDType, Generator, generator, type IntegersOptions } from "./generator.ts";
export type { IntegerArray, IntegerDType } from "./integer-interval.ts";
export { PCG64, type PCG64State } from "./pcg64.ts";
export {
  type Seed,
  SeedSequence,
  type SeedSequenceOptions,
  type SeedSequenceState,
} from "./seed-sequence.ts";
export type { Shuffleable } from "./shuffle.ts";
