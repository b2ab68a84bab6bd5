import {
  applyModes,
  defaultSettings,
  estimators,
  settingsSchema,
  type TrainSettings,
} from "@gradbridge/bridge";
import { InvalidArgumentError, Option } from "commander";
import { didYouMean } from "./did-you-mean.ts";
import { decimal, orNone, type Reader, wholeNumber, wholeNumbers, word, yesOrNo } from "./values.ts";

/** One training setting as an option. Its name is the setting's in kebab case. */
interface SettingOption {
  readonly flags: string;
  readonly text: string;
  readonly read: Reader;
  /** What the option stands for without a value. */
  readonly alone?: string;
  /** Whether it may be given with --resume: it does not change what the run has been so far. */
  readonly resumable?: true;
}

const method: readonly SettingOption[] = [
  {
    flags: "--estimator <name>",
    text: `how rewards become δ: ${Object.keys(estimators).join(", ")}`,
    read: word,
  },
  { flags: "--apply <mode>", text: `how δ is applied: ${applyModes.join(", ")}`, read: word },
  { flags: "--anchor <outputs>", text: "ỹ of the surrogate: current, behavior", read: word },
  { flags: "--steps <count>", text: "environment steps in total", read: wholeNumber, resumable: true },
  { flags: "--seed <integer>", text: "of everything random in the run", read: wholeNumber },
  { flags: "--device <name>", text: "see gradbridge devices", read: word, resumable: true },
  {
    flags: "--threads <count>",
    text: "that share compiled steps, on wasm; none for the device's default",
    read: orNone(wholeNumber),
    resumable: true,
  },
  {
    flags: "--build <name>",
    text: "of wasm's kernels: baseline, relaxed, wide (fastest, from Node 24 on); none for the device's default",
    read: orNone(word),
    resumable: true,
  },
];

const learning: readonly SettingOption[] = [
  { flags: "--num-envs <count>", text: "environments side by side", read: wholeNumber },
  { flags: "--rollout-steps <count>", text: "steps of each environment between updates", read: wholeNumber },
  { flags: "--minibatch-size <rows>", text: "rows of one optimizer step", read: wholeNumber },
  { flags: "--epochs <count>", text: "passes over each rollout", read: wholeNumber },
  { flags: "--learning-rate <rate>", text: "of Adam", read: decimal },
  { flags: "--learning-rate-schedule <shape>", text: "constant, or to 0: linear, cosine", read: word },
  { flags: "--gamma <discount>", text: "of a reward one step later, 0 … 1", read: decimal },
  { flags: "--lambda <decay>", text: "of generalised advantage estimation, 0 … 1", read: decimal },
  { flags: "--clip <epsilon>", text: "how far PPO's ratio may leave 1", read: decimal },
  { flags: "--clip-schedule <shape>", text: "constant, or to 0: linear, cosine", read: word },
  { flags: "--entropy <weight>", text: "of the entropy's gradient", read: decimal },
  { flags: "--entropy-schedule <shape>", text: "constant, or to 0: linear, cosine", read: word },
  {
    flags: "--target-kl <divergence>",
    text: "end a rollout's epochs above 1.5 times this; none for no limit",
    read: orNone(decimal),
  },
  { flags: "--value-coefficient <weight>", text: "of the value's δ, return − v", read: decimal },
  {
    flags: "--value-clip <distance>",
    text: "how far PPO's value may leave the one that acted; none for no limit",
    read: orNone(decimal),
  },
  {
    flags: "--normalize-advantage [yes|no]",
    text: "divide advantages by their deviation",
    read: yesOrNo,
    alone: "yes",
  },
  { flags: "--baseline <name>", text: "of reinforce: none, mean, value", read: word },
  {
    flags: "--group-size <environments>",
    text: "that rloo and grpo compare; none for all",
    read: orNone(wholeNumber),
  },
  { flags: "--temperature <β>", text: "of awr: small values imitate only the best actions", read: decimal },
  { flags: "--max-grad-norm <norm>", text: "joint norm that gradients are clipped to", read: decimal },
  {
    flags: "--normalize-observation [yes|no]",
    text: "shift and scale observations to mean 0, variance 1",
    read: yesOrNo,
    alone: "yes",
  },
  {
    flags: "--normalize-reward [yes|no]",
    text: "divide rewards by the deviation of the discounted return",
    read: yesOrNo,
    alone: "yes",
  },
];

const network: readonly SettingOption[] = [
  {
    flags: "--hidden <sizes>",
    text: "hidden layers, as 64,64; none for a linear policy",
    read: wholeNumbers,
  },
  { flags: "--activation <name>", text: "tanh, relu", read: word },
  { flags: "--initial-log-std <number>", text: "log σ at the start, for continuous actions", read: decimal },
  { flags: "--log-std <source>", text: "where log σ comes from: parameter, network", read: word },
  {
    flags: "--squash [yes|no]",
    text: "stretch tanh of continuous actions over their bounds, instead of clipping",
    read: yesOrNo,
    alone: "yes",
  },
  {
    flags: "--noise-every <steps>",
    text: "explore with noise that depends on the state, drawn anew so often (gSDE); none for independent noise",
    read: orNone(wholeNumber),
  },
  {
    flags: "--action-mask [yes|no]",
    text: "choose only among what the environment's info.actionMask allows",
    read: yesOrNo,
    alone: "yes",
  },
];

const evaluation: readonly SettingOption[] = [
  {
    flags: "--eval-episodes <count>",
    text: "episodes of an evaluation; 0 for none",
    read: wholeNumber,
    resumable: true,
  },
  {
    flags: "--eval-every <steps>",
    text: "steps between evaluations; 0 for the end only",
    read: wholeNumber,
    resumable: true,
  },
  {
    flags: "--eval-seed <integer>",
    text: "episode i starts from this seed + i",
    read: wholeNumber,
    resumable: true,
  },
];

const groups: readonly (readonly [heading: string, settings: readonly SettingOption[]])[] = [
  ["Run:", method],
  ["Learning:", learning],
  ["Policy network:", network],
  ["Evaluation:", evaluation],
];

/** The training settings as options, each checked as the trainer checks it. None has a value unless it is given. */
export function settingOptions(): Option[] {
  return groups.flatMap(([heading, settings]) =>
    settings.map(({ flags, text, read, alone }) => {
      const option = new Option(flags, text).helpGroup(heading);
      if (alone !== undefined) option.preset(alone);
      return option.argParser((given: string) => checked(option.attributeName(), given, read(given)));
    }),
  );
}

/** The settings among the options that were given. */
export function givenSettings(options: { readonly [name: string]: unknown }): Partial<TrainSettings> {
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => name in defaultSettings && value !== undefined),
  );
}

/** `learningRate` as it is written: `--learning-rate`. */
export function optionName(setting: string): string {
  return `--${setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Names of the settings that may change when a run is resumed. */
export const resumableSettings: readonly string[] = groups.flatMap(([, settings]) =>
  settings
    .filter(({ resumable }) => resumable === true)
    .map(({ flags, text }) => new Option(flags, text).attributeName()),
);

function checked(name: string, given: string, value: unknown): unknown {
  const parsed = settingsSchema.safeParse({ ...defaultSettings, [name]: value });
  const issue = parsed.error?.issues[0];
  if (issue === undefined) return value;
  if (issue.code !== "invalid_value") throw new InvalidArgumentError(`${issue.message}.`);
  const allowed = issue.values.map(String);
  throw new InvalidArgumentError(`Allowed: ${allowed.join(", ")}.${didYouMean(given, allowed)}`);
}
