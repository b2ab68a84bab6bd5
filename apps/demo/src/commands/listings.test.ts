import { devices } from "@gradbridge/core";
import { registry } from "gymnasium-js";
import { describe, expect, it } from "vitest";
import { runHere } from "../fixtures/captured-terminal.ts";

describe("envs", () => {
  it("lists every registered environment with its spaces, limit and threshold", async () => {
    const { status, stdout } = await runHere(["envs"]);
    expect(status).toBe(0);
    const rows = stdout.trimEnd().split("\n");
    expect(rows[0]).toMatch(/^id +action space +max steps +threshold +observation space$/);
    expect(
      rows
        .slice(1)
        .map((row) => row.split(" ")[0])
        .sort(),
    ).toEqual([...registry.keys()].sort());
    expect(stdout).toMatch(/^CartPole-v1 +Discrete\(2\) +500 +475 +Box\(\[-4\.8 -inf -0\.4189 -inf\]/m);
    expect(stdout).toMatch(/^Pendulum-v1 +Box\(-2, 2, \(1,\), float32\) +200 +– +Box/m);
  });

  it("gives the same as JSON, with exact spaces", async () => {
    const { stdout } = await runHere(["envs", "--json"]);
    const { environments } = JSON.parse(stdout);
    expect(environments).toHaveLength(registry.size);
    expect(environments.find(({ id }: { id: string }) => id === "Pendulum-v1")).toEqual({
      id: "Pendulum-v1",
      observationSpace: { type: "Box", shape: [3], dtype: "float32", low: [-1, -1, -8], high: [1, 1, 8] },
      actionSpace: { type: "Box", shape: [1], dtype: "float32", low: -2, high: 2 },
      maxEpisodeSteps: 200,
      rewardThreshold: null,
      description: null,
      reason: null,
    });
  });
});

describe("devices", () => {
  it("lists every device: available, or why not", async () => {
    const known = await devices();
    const json = JSON.parse((await runHere(["devices", "--json"])).stdout);
    expect(json.devices.map(({ name }: { name: string }) => name)).toEqual(known.map(({ name }) => name));
    for (const [i, { available, details, reason }] of json.devices.entries()) {
      expect(reason === null).toBe(available);
      expect(details).toBe(known[i]!.details ?? null);
    }
    expect(json.devices.find(({ name }: { name: string }) => name === "wasm")).toMatchObject({
      available: true,
      default: true,
    });
    const { stdout } = await runHere(["devices"]);
    for (const { name, available, details, reason } of known) {
      if (details !== undefined) expect(stdout).toContain(`runs on:     ${details}\n`);
      expect(stdout).toMatch(new RegExp(`^${name} +${available ? "available" : "not here"} `, "m"));
      if (reason !== undefined) expect(stdout).toContain(reason);
    }
  });
});
