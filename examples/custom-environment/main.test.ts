import { expect, it, vi } from "vitest";

it("trains a policy that hovers, and says so", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await import("./main.ts");
  const [line] = log.mock.calls.map(String);
  log.mockRestore();
  const mean = /^mean return (\S+) of at most 100$/.exec(line ?? "")?.[1];
  expect(Number(mean)).toBeGreaterThan(90);
});
