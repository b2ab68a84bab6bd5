import { defaultSettings } from "@gradbridge/bridge";
import { Command } from "commander";
import { expect, it } from "vitest";
import { givenSettings, optionName, settingOptions } from "./setting-options.ts";

it("has one option for every training setting", () => {
  const names = settingOptions().map((option) => option.attributeName());
  expect(names.sort()).toEqual(Object.keys(defaultSettings).sort());
});

it("writes settings as options", () => {
  const options = settingOptions();
  expect(options.map((option) => optionName(option.attributeName()))).toEqual(
    options.map(({ long }) => long),
  );
});

it.each([
  [["--normalize-reward"], true],
  [["--normalize-reward", "yes"], true],
  [["--normalize-reward", "no"], false],
  [[], undefined],
])("reads %j", (given, expected) => {
  const command = new Command();
  for (const option of settingOptions()) command.addOption(option);
  command.parse(given, { from: "user" });
  expect(givenSettings(command.opts())).toEqual(expected === undefined ? {} : { normalizeReward: expected });
});

it("leaves out what is no setting, and what was not given", () => {
  expect(givenSettings({ seed: 3, json: true, steps: undefined, out: "runs/a" })).toEqual({ seed: 3 });
});
