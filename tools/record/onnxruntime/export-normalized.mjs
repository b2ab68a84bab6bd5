/** Prints the ONNX model of a policy that normalises observations, base64. Needs a build (pnpm build). */
const packages = new URL("../../../packages/", import.meta.url);
const load = (name) => import(new URL(`${name}/dist/index.js`, packages).href);
const [{ setDevice }, { actorCritic, categoricalHead, serializeOnnx }, { generator }, bridge] =
  await Promise.all(["core", "policy", "random", "bridge"].map(load));

await setDevice("reference");
const normalizer = new bridge.ObservationNormalizer(3);
normalizer.apply([1, 20, -300], [4, 0.25, 900]);
const policy = bridge.normalizedPolicy(
  actorCritic({ observationSize: 3, head: categoricalHead(2), hidden: [4], generator: generator(6) }),
  normalizer,
);
process.stdout.write(Buffer.from(serializeOnnx(policy)).toString("base64"));
