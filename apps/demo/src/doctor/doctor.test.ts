import type { DeviceInfo } from "@gradbridge/core";
import { devices, wasmBuilds } from "@gradbridge/core";
import { describe, expect, it } from "vitest";
import { runHere } from "../fixtures/captured-terminal.ts";
import { deviceFindings } from "./devices.ts";
import type { Finding } from "./finding.ts";
import { nodeFinding, webAssemblyFindings } from "./javascript.ts";
import { nvidiaFinding, pythonFindings } from "./programs.ts";

describe("doctor", () => {
  it("says of this machine what it can run, as a table", async () => {
    const { status, stdout } = await runHere(["doctor"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^ok +Node\\.js +${process.versions.node.replaceAll(".", "\\.")}$`, "m"),
    );
    expect(stdout).toMatch(/^ok +WebAssembly SIMD +yes$/m);
    for (const { name, available, details, reason } of await devices()) {
      expect(stdout).toMatch(new RegExp(`^${available ? "ok" : "note"} +device ${name} `, "m"));
      expect(stdout).toContain(available ? (details ?? "") : reason);
    }
    expect(stdout).toMatch(/\n\nThis machine can train, on: reference, wasm.*\.\n$/);
  });

  it("gives the same as exactly one JSON object", async () => {
    const { stdout } = await runHere(["doctor", "--json"]);
    expect(stdout).toMatch(/^[^\n]+\n$/);
    const { ready, devices: usable, findings } = JSON.parse(stdout);
    expect(ready).toBe(true);
    expect(usable).toContain("wasm");
    for (const { name, status, found, advice } of findings as Finding[]) {
      expect([name, found]).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)]);
      expect(advice === null).toBe(status === "ok");
    }
    expect(findings.map(({ name }: Finding) => name)).toEqual(
      expect.arrayContaining(["Node.js", "WebAssembly threads", "NVIDIA driver", "Python", "device webgpu"]),
    );
  });
});

describe("what doctor says of other machines", () => {
  it.each([
    ["18.20.4", "problem"],
    ["20.18.3", "problem"],
    ["20.19.0", "ok"],
    ["26.1.0", "ok"],
  ] as const)("Node.js %s: %s", (version, status) => {
    expect(nodeFinding(version)).toMatchObject({ status, found: version });
  });

  it("each WebAssembly feature is asked for with a module of its own", () => {
    const statuses = (...has: boolean[]): string[] => {
      let asked = 0;
      const findings = webAssemblyFindings(() => has[asked++] === true);
      return findings.filter(({ name }) => !name.includes("256")).map(({ status }) => status);
    };
    expect(statuses(true, true, true)).toEqual(["ok", "ok", "ok"]);
    expect(statuses(false, false, false)).toEqual(["problem", "note", "note"]);
    expect(statuses(true, false, true)).toEqual(["ok", "note", "ok"]);
    // the modules themselves are well-formed: this engine has the two features that Node.js 20 has
    expect(webAssemblyFindings().map(({ status }) => status)).toEqual([
      "ok",
      expect.any(String),
      wasmBuilds().includes("wide") ? "ok" : "note",
      "ok",
    ]);
  });

  it("an NVIDIA driver, or none", () => {
    const text = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.86.15  Thu Jan 23 03:09:01 UTC 2025\n";
    expect(nvidiaFinding(() => text)).toEqual({
      name: "NVIDIA driver",
      status: "ok",
      found: "570.86.15",
      advice: null,
    });
  });

  it("Python with TensorFlow, without, and none", () => {
    const answers =
      (...texts: (string | null)[]) =>
      () =>
        texts.shift() ?? null;
    expect(pythonFindings(answers("3.12.1", "2.21.0")).map(({ status, found }) => [status, found])).toEqual([
      ["ok", "3.12.1"],
      ["ok", "2.21.0"],
    ]);
    expect(pythonFindings(answers("3.12.1", ""))[1]).toMatchObject({ status: "note" });
    expect(pythonFindings(answers(null))).toMatchObject([
      { status: "note", advice: expect.stringContaining("Python 3.10") },
    ]);
  });

  it("a device that is missing is a note, and a problem where it is the default", () => {
    const device = { name: "x", description: "", available: false, reason: "install y" };
    const infos: DeviceInfo[] = [
      { ...device, current: false },
      { ...device, current: true },
    ];
    expect(deviceFindings(infos)).toEqual([
      { name: "device x", status: "note", found: "not here", advice: "install y" },
      { name: "device x", status: "problem", found: "not here", advice: "install y" },
    ]);
  });
});
