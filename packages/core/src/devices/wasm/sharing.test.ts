import { expect, test } from "vitest";
import { Sharing } from "./sharing.ts";

/** Runs for `total` milliseconds, each run as long as `shared` or `alone` say; the share of the time that ran shared. */
function partShared(sharing: Sharing, total: number, shared: number, alone: number): number {
  let spent = 0;
  let together = 0;
  while (spent < total) {
    const took = sharing.wanted ? shared : alone;
    if (sharing.wanted) together += took;
    sharing.took(took, sharing.wanted);
    spent += took;
  }
  return together / spent;
}

test.each([0.03, 1, 30])("a run of %s ms: the faster way gets nearly all of the time", (alone) => {
  expect(partShared(new Sharing(), 10_000, alone / 2, alone)).toBeGreaterThan(0.75);
  expect(partShared(new Sharing(), 10_000, alone * 1.5, alone)).toBeLessThan(0.25);
});

test("it begins shared, and changes its mind within 50 ms, in both directions", () => {
  const sharing = new Sharing();
  expect(sharing.wanted).toBe(true);
  partShared(sharing, 1000, 0.05, 0.1);
  partShared(sharing, 50, 1, 0.1);
  expect(partShared(sharing, 1000, 1, 0.1)).toBeLessThan(0.3);
  partShared(sharing, 50, 0.05, 0.1);
  expect(partShared(sharing, 1000, 0.05, 0.1)).toBeGreaterThan(0.8);
});

test("one slow run among fast ones is forgotten at the next trial", () => {
  const sharing = new Sharing();
  partShared(sharing, 100, 0.05, 0.1);
  sharing.took(20, true);
  expect(partShared(sharing, 1000, 0.05, 0.1)).toBeGreaterThan(0.8);
});

test("runs to which no other thread came are no reason to stay alone", () => {
  const sharing = new Sharing();
  let together = 0;
  for (let round = 0; round < 200; round++) {
    // As after a while without work: the other thread comes to the ninth of the shared runs of a round.
    let wanted = 0;
    for (let run = 0; run < 16; run++) {
      const comes = sharing.wanted && ++wanted > 8;
      if (comes) together++;
      sharing.took(comes ? 0.05 : 0.08, comes);
    }
  }
  expect(together).toBeGreaterThan(200 * 6); // of at most 8 a round
});

test("where shared runs are held up now and then for long, most run alone", () => {
  const sharing = new Sharing();
  let spent = 0;
  for (let run = 0; run < 50_000; run++) {
    const took = sharing.wanted ? (run % 25 === 0 ? 3 : 0.05) : 0.08;
    sharing.took(took, sharing.wanted);
    spent += took;
  }
  expect(spent / 50_000).toBeLessThan(0.12); // 0.168 if all were shared, 0.08 if none
});
