import type { Row } from "./row.ts";
import { environments } from "./rows/environments.ts";
import { generatorDraws } from "./rows/generator.ts";
import { peakRow } from "./rows/peak.ts";
import { ppoUpdates } from "./rows/ppo-update.ts";
import { seededSteps } from "./rows/seeded-step.ts";
import { smallWork } from "./rows/small-work.ts";
import { tensorFlowSteps } from "./rows/tensorflow-step.ts";
import { webGpuRows } from "./rows/webgpu.ts";
import { wholeRuns } from "./rows/whole-runs.ts";

/** Every row, in the order of the table. */
export function allRows(withPeers: boolean): Row[] {
  return [
    peakRow,
    ...seededSteps(withPeers),
    ...smallWork(withPeers),
    ...ppoUpdates(withPeers),
    ...environments(withPeers),
    ...generatorDraws(withPeers),
    ...tensorFlowSteps(),
    ...webGpuRows(withPeers),
    ...wholeRuns(withPeers),
  ];
}
