import {
  bceLoss,
  bceWithLogitsLoss,
  crossEntropyLoss,
  l1Loss,
  logSoftmax,
  mseLoss,
  nllLoss,
  rmseLoss,
  setDevice,
  tensor,
} from "@gradbridge/core";
import { beforeAll, describe, expect, it } from "vitest";
import { values } from "./values.ts";

describe.each(["reference", "wasm"])("on %s", (device) => {
  beforeAll(() => setDevice(device));

  it.each(values)("$section $what", ({ printed, compute }) => {
    const computed = [...compute().dataSync()];
    expect(computed.map((value) => value.toFixed(4))).toEqual(printed.map((value) => value.toFixed(4)));
  });

  it("reduction: the mean is the sum over the count, and none has one loss per element", () => {
    const p = tensor([0.9, 0.2, 0.6]);
    const t = tensor([1, 0, 0]);
    for (const loss of [mseLoss, l1Loss, bceLoss, bceWithLogitsLoss]) {
      const none = loss(p, t, { reduction: "none" });
      const total = [...none.dataSync()].reduce((sum, value) => sum + value, 0);
      expect(none.shape).toEqual([3]);
      expect(loss(p, t, { reduction: "sum" }).item()).toBeCloseTo(total, 5);
      expect(loss(p, t).item()).toBeCloseTo(total / 3, 5);
    }
    expect(rmseLoss(p, t).item()).toBeCloseTo(Math.sqrt(mseLoss(p, t).item()), 6);
  });

  it("nllLoss with weights is a true weighted average, and ignored rows count for nothing", () => {
    const logP = logSoftmax(
      tensor([
        [1, 2, 0],
        [0, 1, 3],
        [2, 0, 1],
      ]),
    );
    const y = tensor([0, 2, 1], { dtype: "int32" });
    const weight = tensor([1, 3, 2]);
    const each = [...nllLoss(logP, y, { reduction: "none" }).dataSync()];
    const weighted = each[0]! * 1 + each[1]! * 2 + each[2]! * 3;
    expect(nllLoss(logP, y, { weight }).item()).toBeCloseTo(weighted / 6, 5);
    expect(nllLoss(logP, y, { weight, reduction: "sum" }).item()).toBeCloseTo(weighted, 5);
    expect(nllLoss(logP, y, { weight, ignoreIndex: 2 }).item()).toBeCloseTo((each[0]! + each[2]! * 3) / 4, 5);
    expect(nllLoss(logP, y, { ignoreIndex: 2, reduction: "none" }).dataSync()[1]).toBe(0);
    expect(crossEntropyLoss(logP, y, { weight }).item()).toBeCloseTo(weighted / 6, 5);
  });

  it("weights of bceLoss rescale elements, but the mean is still over their number", () => {
    const each = [...bceLoss(tensor([0.9, 0.2]), tensor([1, 0]), { reduction: "none" }).dataSync()];
    const loss = bceLoss(tensor([0.9, 0.2]), tensor([1, 0]), { weight: tensor([1, 3]) });
    expect(loss.item()).toBeCloseTo((each[0]! + 3 * each[1]!) / 2, 5);
  });
});
