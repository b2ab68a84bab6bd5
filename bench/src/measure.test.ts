import { expect, it } from "vitest";
import { type Effort, measureRow } from "./measure.ts";
import { type Row, wholeSeconds } from "./row.ts";
import type { Subject } from "./subject.ts";

const effort: Effort = { scale: "smoke", rounds: 4, longRounds: 2, sampleSeconds: 0.1, warmUpSeconds: 0.2 };

/** Takes `seconds` per iteration on a clock of its own, and notes its turns in `turns`. */
function subject(name: string, seconds: number, turns: string[], answer = 1): Subject {
  return {
    sample(iterations) {
      turns.push(`${name} ${iterations}`);
      return seconds * iterations;
    },
    answer: () => [answer],
    stop: () => void turns.push(`${name} stopped`),
  };
}

function row(systems: Row["systems"]): Row {
  return { id: "row", title: "a row", unit: wholeSeconds, systems };
}

it("takes one sample of every system a round, and fills a sample's time with iterations", async () => {
  const turns: string[] = [];
  const measured = await measureRow(
    row({ slow: () => subject("slow", 0.05, turns), fast: () => subject("fast", 0.01, turns) }),
    effort,
  );
  expect(measured).toMatchObject([{ spread: { median: 0.05 } }, { spread: { median: 0.01 } }]);
  const samples = turns.slice(-10, -2);
  for (let round = 0; round < 4; round++) {
    expect(samples.slice(2 * round, 2 * round + 2).sort()).toEqual(["fast 10", "slow 2"]);
  }
  expect(turns.slice(-2)).toEqual(["slow stopped", "fast stopped"]);
});

it("starts nothing of a row that this machine cannot measure, and says why", async () => {
  const turns: string[] = [];
  const gpu = (scale: string): Promise<string | null> =>
    Promise.resolve(scale === "full" ? "no GPU here" : null);
  const rowOfGpu: Row = {
    ...row({ ours: () => subject("ours", 1, turns), theirs: () => subject("theirs", 1, turns) }),
    absent: gpu,
  };
  expect(await measureRow(rowOfGpu, { ...effort, scale: "full" })).toEqual([
    { system: "ours", failure: "no GPU here" },
  ]);
  expect(turns).toEqual([]);
  expect(await measureRow(rowOfGpu, effort)).toHaveLength(2);
});

it("reports a peer that cannot start or breaks off, and goes on with the others", async () => {
  const turns: string[] = [];
  let samples = 0;
  const breaks: Subject = {
    sample() {
      if (++samples === 6) throw new Error("out of memory");
      return 0.1;
    },
  };
  const [ours, absent, broken] = await measureRow(
    row({
      ours: () => subject("ours", 0.1, turns),
      absent: () => {
        throw new Error("not installed");
      },
      breaks: () => breaks,
    }),
    effort,
  );
  expect(ours).toHaveProperty("figures.length", 4);
  expect(absent).toEqual({ system: "absent", failure: "not installed" });
  expect(broken).toEqual({ system: "breaks", failure: "out of memory" });
});

it("fails where ours fails, and where a system gives another answer", async () => {
  const turns: string[] = [];
  const failing = () => {
    throw new Error("no device");
  };
  await expect(measureRow(row({ failing }), effort)).rejects.toThrow("no device");
  const systems = { ours: () => subject("a", 0.1, turns), other: () => subject("b", 0.1, turns, 2) };
  await expect(measureRow(row(systems), effort)).rejects.toThrow("row: other: its answer is off by 1");
  expect(turns.slice(-2)).toEqual(["a stopped", "b stopped"]);
});
