import { createRequire } from "node:module";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type CanvasFactory, createCanvas, setCanvasFactory } from "./canvas.ts";
import { nodeModule, optionalPackage } from "./optional-package.ts";
import { paintFrame } from "./painter.ts";

interface NodeCanvas {
  createCanvas(width: number, height: number): { getContext(kind: "2d"): ReturnType<CanvasFactory> };
}

const require = createRequire(import.meta.url);

function installedCanvas(): NodeCanvas | null {
  try {
    return require("@napi-rs/canvas") as NodeCanvas;
  } catch {
    return null;
  }
}

const installed = installedCanvas();

afterEach(() => {
  setCanvasFactory(null);
  vi.unstubAllGlobals();
});

describe.skipIf(installed === null)("canvases (needs a canvas package)", () => {
  it("come from the factory that was set, also where one of that size was drawn on before", () => {
    const made: string[] = [];
    const factory: CanvasFactory = (width, height) => {
      made.push(`${width}×${height}`);
      return installed!.createCanvas(width, height).getContext("2d");
    };
    paintFrame(3, 2, (painter) => painter.clear("red"));
    expect(setCanvasFactory(factory)).toBeNull();
    const blue = paintFrame(3, 2, (painter) => painter.clear("blue"));
    paintFrame(3, 2, (painter) => painter.clear("lime"));
    expect(made).toEqual(["3×2"]);
    expect([...blue.data]).toEqual(Array.from({ length: 6 }, () => [0, 0, 255]).flat());
    expect(setCanvasFactory(null)).toBe(factory);
  });

  it("come from the browser where there is one", () => {
    const sizes: string[] = [];
    class OffscreenCanvas {
      readonly #width: number;
      readonly #height: number;
      constructor(width: number, height: number) {
        this.#width = width;
        this.#height = height;
      }
      getContext(): ReturnType<CanvasFactory> {
        sizes.push(`offscreen ${this.#width}×${this.#height}`);
        return installed!.createCanvas(this.#width, this.#height).getContext("2d");
      }
    }
    vi.stubGlobal("OffscreenCanvas", OffscreenCanvas);
    createCanvas(4, 5);
    vi.stubGlobal("OffscreenCanvas", undefined);
    vi.stubGlobal("document", {
      createElement: (tag: string) => {
        const element = {
          width: 0,
          height: 0,
          getContext: () => {
            sizes.push(`${tag} ${element.width}×${element.height}`);
            return installed!.createCanvas(element.width, element.height).getContext("2d");
          },
        };
        return element;
      },
    });
    createCanvas(6, 7);
    expect(sizes).toEqual(["offscreen 4×5", "canvas 6×7"]);
  });
});

describe("optionalPackage", () => {
  it("says what to install, and what else to do", () => {
    expect(() => optionalPackage("no-such-package", "Drawing", "another canvas")).toThrow(
      expect.objectContaining({
        code: "missing-package",
        message: expect.stringMatching(/Drawing needs .*npm install no-such-package.*or use another canvas/),
      }),
    );
  });

  it("finds nothing without Node", () => {
    vi.stubGlobal("process", undefined);
    const found = nodeModule("fs");
    let thrown: unknown;
    try {
      optionalPackage("gifenc", "Recording", "the option gifenc");
    } catch (error) {
      thrown = error;
    }
    vi.unstubAllGlobals();
    expect(found).toBeNull();
    expect(thrown).toMatchObject({ code: "missing-package", message: "Recording needs the option gifenc." });
  });
});
