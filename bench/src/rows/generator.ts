import { type Generator, generator } from "@gradbridge/random";
import { peer } from "../peer.ts";
import { nanoseconds, type Row } from "../row.ts";
import { inProcess, type StartSubject } from "../subject.ts";

const count = 1024;

/** Draws of NumPy's generator. Both sides must have drawn the same bits, or the row fails. */
export function generatorDraws(withPeers: boolean): Row[] {
  const one = (draw: string, title: string, method: (random: Generator) => number): Row =>
    row(
      `draw-${draw}`,
      title,
      oneByOne(method),
      withPeers && peer("numpy_generator", "one_by_one", { draw, count }),
    );
  const many = (draw: string, title: string, fill: (random: Generator, out: Float64Array) => void): Row =>
    row(`fill-${draw}`, title, filling(fill), withPeers && peer("numpy_generator", "array", { draw, count }));
  return [
    one("random", "generator: random(), per number", (random) => random.random()),
    one("normal", "generator: normal(), per number", (random) => random.normal()),
    one("integers", "generator: integers(0, 1000), per number", (random) => random.integers(0, 1000)),
    many("random", `generator: ${count} uniform numbers into an array, per number`, (random, out) =>
      random.fillRandom(out),
    ),
    many("normal", `generator: ${count} normal numbers into an array, per number`, (random, out) =>
      random.fillNormal(out),
    ),
  ];
}

function row(id: string, title: string, ours: StartSubject, numpy: StartSubject | false): Row {
  return {
    id,
    title,
    unit: nanoseconds(count),
    tolerance: 0,
    systems: { "@gradbridge/random": ours, ...(numpy && { NumPy: numpy }) },
  };
}

function oneByOne(method: (random: Generator) => number): StartSubject {
  return () => {
    const random = generator(0);
    let last = 0;
    return inProcess({
      iterate() {
        for (let i = 0; i < count; i++) last = method(random);
      },
      finish: () => last,
      answer: () => [last],
    });
  };
}

function filling(fill: (random: Generator, out: Float64Array) => void): StartSubject {
  return () => {
    const random = generator(0);
    const out = new Float64Array(count);
    return inProcess({ iterate: () => fill(random, out), finish: () => out[count - 1]!, answer: () => out });
  };
}
