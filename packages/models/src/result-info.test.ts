import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { explainResultInfo, parseResultInfo, type ResultExplanation, type ResultInfo } from "./result-info.ts";

describe("parseResultInfo", () => {
  it("reads what Graph documents", () => {
    expect(parseResultInfo({ code: 200, subcode: 5001, message: "The conversation has ended." })).toEqual({
      code: 200,
      subcode: 5001,
      message: "The conversation has ended.",
    });
  });

  it("reads codes that came as strings", () => {
    expect(parseResultInfo({ code: "200", subcode: "5001" })).toEqual({ code: 200, subcode: 5001 });
  });

  it("reads a subcode spelled subCode", () => {
    expect(parseResultInfo({ code: 500, subCode: 7700 })?.subcode).toBe(7700);
  });

  it("prefers subcode where both spellings are there", () => {
    expect(parseResultInfo({ code: 500, subcode: 1000, subCode: 7700 })?.subcode).toBe(1000);
  });

  it.each(["transferring", null, undefined, 1.5, {}])("turns a subcode that is no number into 0: %j", (subcode) => {
    expect(parseResultInfo({ code: 200, subcode })).toEqual({ code: 200, subcode: 0 });
  });

  it("keeps a code of 0", () => {
    expect(parseResultInfo({ code: 0, subcode: 7015 })).toEqual({ code: 0, subcode: 7015 });
  });

  it("omits a message that is no text", () => {
    expect(parseResultInfo({ code: 200, subcode: 0, message: null })).toEqual({ code: 200, subcode: 0 });
  });

  it("keeps no other member", () => {
    expect(parseResultInfo({ "@odata.type": "#microsoft.graph.resultInfo", code: 200, subcode: 0 })).toEqual({
      code: 200,
      subcode: 0,
    });
  });

  it.each([null, undefined, [], "200", 200, {}, { subcode: 0 }, { code: null }, { code: "OK" }, { code: 200.5 }])(
    "returns undefined for %j, which has no code",
    (value) => {
      expect(parseResultInfo(value)).toBeUndefined();
    },
  );

  it("never throws for any JSON", () => {
    const shaped = fc.record({ code: fc.jsonValue(), subcode: fc.jsonValue(), subCode: fc.jsonValue() });
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), shaped), (value) => {
        expect(() => parseResultInfo(value)).not.toThrow();
      }),
    );
  });
});

describe("explainResultInfo", () => {
  it.each([
    [0, "success"],
    [200, "success"],
    [299, "success"],
    [400, "client"],
    [499, "client"],
    [500, "server"],
    [599, "server"],
    [100, "server"],
    [302, "server"],
    [603, "server"],
    [-1, "server"],
  ] as const)("puts code %d into class %s", (code, expected) => {
    expect(explainResultInfo({ code, subcode: 999_999 }).class).toBe(expected);
  });

  it.each([
    [299, /reports success/],
    [499, /refused/],
    [599, /failed/],
  ])("explains an unknown result by its class (%d)", (code, words) => {
    expect(explainResultInfo({ code, subcode: 999_999 }).reason).toMatch(words);
  });

  it("names the codes of an unknown pair", () => {
    expect(explainResultInfo({ code: 418, subcode: 31_337 }).reason).toContain("code 418, subcode 31337");
  });

  it.each([200, 400, 500])("does not end the call for an unknown pair (%d)", (code) => {
    expect(explainResultInfo({ code, subcode: 999_999 }).endsCall).toBe(false);
  });

  it.each([
    [299, false],
    [499, false],
    [599, true],
  ])("advises a retry for an unknown pair only if the service failed (%d)", (code, retryable) => {
    expect(explainResultInfo({ code, subcode: 999_999 }).retryable).toBe(retryable);
  });

  it("never shows the message, which may hold telephone numbers", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (code, subcode) => {
        const info = { code, subcode, message: "call to +15550100 falied" };
        expect(JSON.stringify(explainResultInfo(info))).not.toContain("+15550100");
      }),
    );
  });

  it("has an explanation for any two numbers", () => {
    const number = fc.oneof(fc.integer(), fc.double());
    fc.assert(
      fc.property(number, number, (code, subcode) => {
        expect(explainResultInfo({ code, subcode })).toEqual({
          class: expect.stringMatching(/^(success|client|server)$/),
          reason: expect.stringMatching(/^[A-Z].*\.$/),
          endsCall: expect.any(Boolean),
          retryable: expect.any(Boolean),
        });
      }),
    );
  });
});

describe("the types of results", () => {
  it("have no any", () => {
    expectTypeOf(parseResultInfo).returns.toEqualTypeOf<ResultInfo | undefined>();
    expectTypeOf(explainResultInfo).returns.toEqualTypeOf<ResultExplanation>();
    expectTypeOf<ResultExplanation["class"]>().toEqualTypeOf<"success" | "client" | "server">();
  });
});
