import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { type Call, type CallState, parseCall } from "./call.ts";
import type { OpenEnum } from "./json-value.ts";
import type { ToneInfo } from "./tone-info.ts";

const ID = "c2f8a2c4-6a1e-4b0f-9d53-0c1d7e5a9b10";

const STATES: readonly CallState[] = [
  "incoming",
  "establishing",
  "ringing",
  "established",
  "hold",
  "transferring",
  "transferAccepted",
  "redirecting",
  "terminating",
  "terminated",
  "unknownFutureValue",
];

describe("parseCall", () => {
  it("reads what Graph documents", () => {
    const call = {
      "@odata.type": "#microsoft.graph.call",
      id: ID,
      state: "terminated",
      direction: "outgoing",
      resultInfo: { code: 200, subcode: 5001, message: "The conversation has ended." },
    };
    expect(parseCall(call)).toEqual(call);
  });

  it.each(STATES)("reads the state %s in any letter case", (state) => {
    expect(parseCall({ state: state.toUpperCase() })?.state).toBe(state);
  });

  it("keeps an unknown state", () => {
    expect(parseCall({ state: "Parked" })?.state).toBe("Parked");
  });

  it("reads the state under its old name", () => {
    expect(parseCall({ callState: "Incoming" })?.state).toBe("incoming");
  });

  it("prefers the state under its own name", () => {
    expect(parseCall({ state: "established", callState: "incoming" })?.state).toBe("established");
  });

  it.each([{}, null, 3])("omits a state that is no text (%j)", (state) => {
    expect(parseCall({ state })).not.toHaveProperty("state");
  });

  it("reads the direction in any letter case", () => {
    expect(parseCall({ direction: "Outgoing" })?.direction).toBe("outgoing");
  });

  it("reads codes that came as strings", () => {
    expect(parseCall({ resultInfo: { code: "200", subcode: "5001" } })?.resultInfo).toEqual({
      code: 200,
      subcode: 5001,
    });
  });

  it("omits a resultInfo without a code", () => {
    expect(parseCall({ resultInfo: {} })).not.toHaveProperty("resultInfo");
  });

  it("reads the tone in any spelling", () => {
    expect(parseCall({ toneInfo: { sequenceId: "12", tone: "Tone5" } })?.toneInfo).toEqual({
      sequenceId: 12,
      tone: "tone5",
    });
  });

  it("keeps a toneInfo of null, which answers carry", () => {
    expect(parseCall({ toneInfo: null })?.toneInfo).toBeNull();
  });

  it("keeps an unknown tone", () => {
    const toneInfo = { sequenceId: 1, tone: "tone10" };
    expect(parseCall({ toneInfo })?.toneInfo).toEqual(toneInfo);
  });

  it("has no toneInfo if none came", () => {
    expect(parseCall({})).not.toHaveProperty("toneInfo");
  });

  it("reads an id in upper case without dashes", () => {
    expect(parseCall({ id: ID.replaceAll("-", "").toUpperCase() })?.id).toBe(ID);
  });

  it.each([undefined, null, 7])("gives an empty id where there is none (%j)", (id) => {
    expect(parseCall({ id })?.id).toBe("");
  });

  it("keeps unknown members", () => {
    const members = { terminationReason: "AppTransferred", chatInfo: { threadId: "19:x" }, subject: null };
    expect(parseCall(members)).toMatchObject(members);
  });

  it.each([null, undefined, [], "text", 1])("returns undefined for %j", (value) => {
    expect(parseCall(value)).toBeUndefined();
  });

  it("does not let a call set a prototype", () => {
    const call = parseCall(JSON.parse('{"__proto__":{"state":"established"}}'));
    expect([Object.getPrototypeOf(call), call?.state]).toEqual([Object.prototype, undefined]);
  });

  describe("on arbitrary JSON", () => {
    const name = fc.constantFrom("id", "state", "callState", "direction", "resultInfo", "toneInfo", "__proto__");
    const text = fc.constantFrom("Established", "SomeDay", "Incoming", ID.toUpperCase());
    const tone = fc.record({ sequenceId: fc.constantFrom(1, "2"), tone: fc.constantFrom("Star", "tone10") });
    const json = fc
      .oneof(fc.jsonValue(), fc.dictionary(name, fc.oneof(text, tone, fc.jsonValue())))
      .map((value) => JSON.parse(JSON.stringify(value)) as unknown);

    it("never throws", () => {
      fc.assert(
        fc.property(json, (value) => {
          expect(() => parseCall(value)).not.toThrow();
        }),
      );
    });

    it("does not change the prototype of all objects", () => {
      const before = Reflect.ownKeys(Object.prototype);
      fc.assert(
        fc.property(json, (value) => {
          parseCall(value);
          expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
        }),
      );
    });

    it("changes nothing when it parses its own result", () => {
      fc.assert(
        fc.property(json, (value) => {
          const once = parseCall(value);
          expect(parseCall(once)).toEqual(once);
        }),
      );
    });
  });
});

describe("the type of a call", () => {
  it("accepts an unknown state", () => {
    expectTypeOf<Call["state"]>().toEqualTypeOf<OpenEnum<CallState> | undefined>();
  });

  it("distinguishes a toneInfo of null from none", () => {
    expectTypeOf<Call["toneInfo"]>().toEqualTypeOf<ToneInfo | null | undefined>();
  });

  it("has unknown members of type unknown, not any", () => {
    expectTypeOf<Call["someDay"]>().toBeUnknown();
  });
});
