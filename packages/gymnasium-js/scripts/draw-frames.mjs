// Draws the last moment of every run in src/fixtures/frames.json.gz and writes it to FOLDER/<name>.png, to be looked at
// beside Gymnasium's (tools/record/gymnasium/record_frames.py --beside FOLDER). Needs a build.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { createCanvas } from "@napi-rs/canvas";
import { make } from "../dist/index.js";

const folder = process.argv[2];
if (folder === undefined) {
  console.error("usage: node draw-frames.mjs FOLDER");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });

const fixture = new URL("../src/fixtures/frames.json.gz", import.meta.url);
const recordings = JSON.parse(gunzipSync(readFileSync(fixture)).toString("utf8"));
for (const { name, id, seed, actions } of recordings) {
  const bytes = Uint8Array.from(Buffer.from(actions.data, "base64"));
  const env = make(id, { renderMode: "rgb_array" });
  env.reset({ seed });
  for (const action of new Float32Array(bytes.buffer)) {
    env.step("n" in env.actionSpace ? action : Float32Array.of(action));
  }
  const { width, height, data } = env.render();
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    image.data.set(data.subarray(pixel * 3, pixel * 3 + 3), pixel * 4);
    image.data[pixel * 4 + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  writeFileSync(join(folder, `${name}.png`), canvas.toBuffer("image/png"));
}
