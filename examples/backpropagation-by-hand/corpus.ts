import { readFileSync } from "node:fs";
import { generator } from "@gradbridge/random";

/** Sentences as bags of words: row m of `inputs` counts how often each word of the vocabulary is in sentence m. */
export interface Examples {
  readonly inputs: Float64Array[];
  /** 1 positive, 0 negative. */
  readonly labels: Int32Array;
}

export interface Corpus {
  readonly vocabulary: readonly string[];
  readonly train: Examples;
  readonly test: Examples;
}

/**
 * Sentences from Amazon reviews. Every fifth review is for testing; the vocabulary is the words that at least three
 * sentences of the others contain. Training sentences are in random order.
 * @param folder The folder of this example.
 */
export function loadCorpus(folder: string): Corpus {
  const sentences = readFileSync(`${folder}/corpus/amazon-sentences.tsv`, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [review, label, text] = line.split("\t") as [string, string, string];
      return { test: Number(review) % 5 === 0, label: Number(label), words: text.match(/[a-z']+/g) ?? [] };
    });
  const training = sentences.filter(({ test }) => !test);

  const containing = new Map<string, number>();
  for (const { words } of training) {
    for (const word of new Set(words)) containing.set(word, (containing.get(word) ?? 0) + 1);
  }
  const vocabulary = [...containing].filter(([, count]) => count >= 3).map(([word]) => word);
  const position = new Map(vocabulary.map((word, i) => [word, i]));

  const examples = (chosen: typeof sentences): Examples => ({
    inputs: chosen.map(({ words }) => {
      const counts = new Float64Array(vocabulary.length);
      for (const word of words) {
        const i = position.get(word);
        if (i !== undefined) counts[i]!++;
      }
      return counts;
    }),
    labels: Int32Array.from(chosen, ({ label }) => label),
  });
  return {
    vocabulary,
    train: examples(
      generator(0)
        .permutation(training.length)
        .map((i) => training[i]!),
    ),
    test: examples(sentences.filter(({ test }) => test)),
  };
}

/** The examples in consecutive batches; the last may be smaller. */
export function batches({ inputs, labels }: Examples, size: number): Examples[] {
  return Array.from({ length: Math.ceil(inputs.length / size) }, (_, b) => ({
    inputs: inputs.slice(b * size, (b + 1) * size),
    labels: labels.slice(b * size, (b + 1) * size),
  }));
}
