/** An environment as two functions of numbers, each in JavaScript and in WGSL. */
export interface Simulation {
  /** The id of the environment in Gymnasium that it agrees with. */
  readonly id: string;
  /** Numbers that make up its state. */
  readonly stateSize: number;
  readonly observationSize: number;
  /** How many actions there are to choose from; or null where an action is `actionSize` real numbers. */
  readonly choices: number | null;
  /** Numbers in one action; 1 for a choice. */
  readonly actionSize: number;
  /** Steps after which an episode is cut off. */
  readonly maxEpisodeSteps: number;
  /** A new episode's state from four uniform numbers in [0, 1). */
  start(uniform: readonly number[]): number[];
  /** Changes `state` by one step. */
  advance(
    state: number[],
    action: readonly number[],
  ): { readonly reward: number; readonly terminated: boolean };
  observe(state: readonly number[]): number[];
  /**
   * The same in WGSL: `fn start(draw: vec4f) -> State`, `fn advance(state: ptr<function, State>, action: Action) -> Outcome`
   * and `fn observe(state: State) -> Observation`. These types are arrays of f32 (Action is i32 where it is a choice), but
   * for `struct Outcome { reward: f32, terminated: bool }`; all are declared already.
   */
  readonly wgsl: string;
}
