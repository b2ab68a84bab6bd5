import util from "node:util";
import { expect, test } from "vitest";
import { importPlain, notInstalled } from "../../fixtures/plain-tensorflow.ts";
import { type ImportPackage, loadTensorFlow } from "./load.ts";

const notBuilt = new Error(
  "The Node.js native addon module (tfjs_binding.node) can not be found at path: /here/tfjs_binding.node. \n" +
    "Please run command 'npm rebuild @tensorflow/tfjs-node --build-addon-from-source' to rebuild the native addon module.",
);

/** Packages that fail in these ways, `plain` ones that are the real TensorFlow.js, and others that are not installed. */
function machine(failures: Readonly<Record<string, Error>>, plain: readonly string[]): ImportPackage {
  return async (name) => {
    if (failures[name] !== undefined) throw failures[name];
    if (!plain.includes(name)) throw notInstalled(name);
    return importPlain(name === "@tensorflow/tfjs" ? "@tensorflow/tfjs-core" : name);
  };
}

const core = ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-cpu"];

test("what is not installed is passed over; plain TensorFlow.js says that it is slow", async () => {
  const { description, native, tf } = await loadTensorFlow(machine({}, core));
  expect(description).toBe("TensorFlow.js in plain JavaScript: slow (@tensorflow/tfjs-core)");
  expect(native).toBe(false);
  expect(tf.getBackend()).toBe("cpu");
});

test("what is installed and does not run is named, with the reason, beside what runs in its place", async () => {
  const wrongCuda = new Error("libcudart.so.11.0: cannot open shared object file: No such file or directory");
  const { description } = await loadTensorFlow(
    machine({ "@tensorflow/tfjs-node-gpu": wrongCuda, "@tensorflow/tfjs-node": notBuilt }, [
      "@tensorflow/tfjs",
      ...core,
    ]),
  );
  expect(description).toBe(
    "TensorFlow.js in plain JavaScript: slow (@tensorflow/tfjs). " +
      "Not used: @tensorflow/tfjs-node-gpu: libcudart.so.11.0: cannot open shared object file: No such file or directory; " +
      "@tensorflow/tfjs-node: its native library was not built here (`pnpm setup:tensorflow` does)",
  );
});

test("where nothing runs, the error says what to do", async () => {
  await expect(loadTensorFlow(machine({}, []))).rejects.toThrow(
    expect.objectContaining({
      code: "device",
      message: expect.stringMatching(/^no TensorFlow\.js is installed\. Run `pnpm setup:tensorflow`/),
    }),
  );
  await expect(loadTensorFlow(machine({ "@tensorflow/tfjs-node": notBuilt }, []))).rejects.toThrow(
    /installed but does not run: @tensorflow\/tfjs-node: its native library was not built here/,
  );
});

test("functions of util that tfjs-node calls and Node 23 removed are there again", async () => {
  const changed = util as unknown as Record<string, unknown>;
  const { isNullOrUndefined, isArray } = changed;
  changed.isNullOrUndefined = undefined;
  changed.isArray = undefined;
  try {
    await loadTensorFlow(machine({}, core));
    const given = changed as { isNullOrUndefined(x: unknown): boolean; isArray(x: unknown): boolean };
    expect([null, undefined, 0, ""].map((value) => given.isNullOrUndefined(value))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect([[], new Float32Array(1)].map((value) => given.isArray(value))).toEqual([true, false]);
  } finally {
    changed.isNullOrUndefined = isNullOrUndefined;
    changed.isArray = isArray;
  }
});
