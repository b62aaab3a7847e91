import { describe, expect, expectTypeOf, it } from "vitest";
import { memberOf, type OpenEnum, openMemberOf } from "./json-value.ts";

describe("memberOf", () => {
  const members = ["notStarted", "running"] as const;

  it.each(["notStarted", "NotStarted", "NOTSTARTED", "notstarted"])(
    "returns %s in the spelling of the list",
    (value) => {
      expect(memberOf(members, value)).toBe("notStarted");
    },
  );

  it.each(["", "not started", " running", "constructor", null, undefined, 0, ["running"]])(
    "returns undefined for %j",
    (value) => {
      expect(memberOf(members, value)).toBeUndefined();
    },
  );
});

describe("openMemberOf", () => {
  it("returns a listed member in the spelling of the list", () => {
    expect(openMemberOf(["running"], "Running")).toBe("running");
  });

  it("keeps an unknown member", () => {
    expect(openMemberOf(["running"], "PausedByPolicy")).toBe("PausedByPolicy");
  });

  it.each([null, undefined, 3, {}])("returns undefined for %j", (value) => {
    expect(openMemberOf(["running"], value)).toBeUndefined();
  });
});

describe("OpenEnum", () => {
  it("allows unknown members", () => {
    expectTypeOf<"someDay">().toExtend<OpenEnum<"running">>();
  });

  it("allows only text", () => {
    expectTypeOf<number>().not.toExtend<OpenEnum<"running">>();
  });
});
