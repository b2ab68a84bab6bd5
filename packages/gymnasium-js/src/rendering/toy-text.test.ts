import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { RgbFrame } from "../env.ts";
import { LOCATIONS, MAP } from "../environments/toy-text/taxi-rules.ts";
import { hasCanvas } from "../fixtures/has-canvas.ts";
import { drawBlackjack } from "./draw-blackjack.ts";
import { drawCliffWalking } from "./draw-cliff-walking.ts";
import { drawFrozenLake } from "./draw-frozen-lake.ts";
import { drawTaxi, type TaxiScene } from "./draw-taxi.ts";
import { paintFrame } from "./painter.ts";
import { drawPixelText, pixelTextWidth } from "./pixel-text.ts";

/** The cells (of `size` pixels) in which two frames differ, as `column,row`. */
function changedCells(before: RgbFrame, after: RgbFrame, size: number): string[] {
  const cells = new Set<string>();
  for (let i = 0; i < before.data.length; i++) {
    if (before.data[i] === after.data[i]) continue;
    const pixel = Math.floor(i / 3);
    const column = Math.floor((pixel % before.width) / size);
    cells.add(`${column},${Math.floor(pixel / before.width / size)}`);
  }
  return [...cells].sort();
}

const LAKE = ["SFFF", "FHFH", "FFFH", "HFFG"];
const SCENE: TaxiScene = {
  map: MAP,
  stops: LOCATIONS,
  row: 2,
  column: 3,
  passenger: 0,
  destination: 1,
  facing: 0,
};

describe.skipIf(!hasCanvas)("toy text pictures (need a canvas package)", () => {
  it("FrozenLake: a move changes the cell left and the cell entered", () => {
    expect(changedCells(drawFrozenLake(LAKE, 0, null), drawFrozenLake(LAKE, 6, 1), 64)).toEqual([
      "0,0",
      "2,1",
    ]);
    expect(changedCells(drawFrozenLake(LAKE, 6, 1), drawFrozenLake(LAKE, 6, 3), 64)).toEqual(["2,1"]);
  });

  it("FrozenLake: a fallen elf is a cracked hole, and maps show their own tiles", () => {
    expect(changedCells(drawFrozenLake(LAKE, 4, 1), drawFrozenLake(LAKE, 5, 2), 64)).toEqual(["0,1", "1,1"]);
    expect(changedCells(drawFrozenLake(LAKE, 5, 2), drawFrozenLake(LAKE, 5, 0), 64)).toEqual([]);
    const other = ["SFFF", "FFFH", "FFFH", "HFFG"];
    expect(changedCells(drawFrozenLake(LAKE, 0, null), drawFrozenLake(other, 0, null), 64)).toEqual(["1,1"]);
  });

  it("FrozenLake: 64 pixels a tile up to 512, and black where the map does not divide them", () => {
    const map = Array.from({ length: 9 }, () => "SFFFFFFFF");
    const { width, height, data } = drawFrozenLake(map, 0, null);
    expect([width, height]).toEqual([512, 512]);
    expect([...data.subarray(-3)]).toEqual([0, 0, 0]);
    const small = drawFrozenLake(["SFG", "FFF"], 0, null);
    expect([small.width, small.height]).toEqual([192, 128]);
  });

  it("CliffWalking: a move changes the cell left and the cell entered", () => {
    // The elf stands a tenth of a cell higher than its own, but its hat does not reach the one above.
    expect(changedCells(drawCliffWalking(36, null), drawCliffWalking(24, 0), 60)).toEqual(["0,2", "0,3"]);
    expect(changedCells(drawCliffWalking(0, 3), drawCliffWalking(47, 2), 60)).toEqual(["0,0", "11,3"]);
    expect(changedCells(drawCliffWalking(24, 0), drawCliffWalking(24, 1), 60)).toEqual(["0,2"]);
  });

  it("Taxi: the cab, the passenger and the destination stand where the state says", () => {
    const before = drawTaxi(SCENE);
    expect(changedCells(before, drawTaxi({ ...SCENE, column: 2 }), 50)).toEqual(["5,3", "7,3"]);
    expect(changedCells(before, drawTaxi({ ...SCENE, passenger: 4 }), 50)).toEqual(["1,1"]);
    expect(changedCells(before, drawTaxi({ ...SCENE, facing: 2 }), 50)).toEqual(["7,3"]);
    const moved = changedCells(before, drawTaxi({ ...SCENE, destination: 2 }), 50);
    expect(moved).toEqual(["1,4", "1,5", "9,0", "9,1"]);
  });

  it("Taxi: of cab and destination, the one further down is in front", () => {
    const blue = 3;
    const yellowPixels = (row: number, destination: number): number => {
      const { data } = drawTaxi({ ...SCENE, row, column: 3, destination });
      return Array.from({ length: data.length / 3 }, (_, pixel) => pixel * 3).filter(
        (i) => data[i] === 250 && data[i + 1] === 212 && data[i + 2] === 20,
      ).length;
    };
    // The house reaches half a cell up from its stop: it covers the cab behind it, and not the one at the stop.
    expect(yellowPixels(3, blue)).toBeLessThan(yellowPixels(3, 0));
    expect(yellowPixels(4, blue)).toBe(yellowPixels(4, 0));
  });

  it("Blackjack: every card, sum and suit has its own picture", () => {
    const pictures = new Set<string>();
    for (let dealerCard = 1; dealerCard <= 10; dealerCard++) {
      for (let suit = 0; suit < 4; suit++) {
        const faces = dealerCard === 10 ? [0, 1, 2] : [0];
        for (const face of faces) {
          const frame = drawBlackjack({ playerSum: 12, dealerCard, hasUsableAce: false, suit, face });
          pictures.add(createHash("sha1").update(frame.data).digest("hex"));
        }
      }
    }
    expect(pictures.size).toBe(4 * 12);
    const table = { playerSum: 12, dealerCard: 1, hasUsableAce: false, suit: 0, face: 0 };
    const ace = changedCells(drawBlackjack(table), drawBlackjack({ ...table, hasUsableAce: true }), 100);
    expect(ace).toEqual(["2,4", "3,4"]);
  });

  it("writes text in white dots inside its box", () => {
    const draw = (text: string): RgbFrame =>
      paintFrame(120, 40, (painter) => {
        painter.clear("black");
        drawPixelText(painter, text, 10, 5, 12, "white");
      });
    const { data, width } = draw("Player: 10");
    const lit = Array.from({ length: data.length / 3 }, (_, pixel) => pixel).filter(
      (pixel) => data[pixel * 3]! > 0,
    );
    const columns = lit.map((pixel) => pixel % width);
    expect(new Set(data)).toEqual(new Set([0, 255]));
    expect(Math.min(...columns)).toBe(10);
    expect(Math.max(...columns) + 1).toBe(10 + pixelTextWidth("Player: 10", 12));
    expect(Math.floor(Math.min(...lit) / width)).toBe(5);
    for (const letter of "0123456789ADJKPQabcelrsuy:") {
      expect(
        draw(letter).data.some((value) => value === 255),
        letter,
      ).toBe(true);
    }
  });
});
