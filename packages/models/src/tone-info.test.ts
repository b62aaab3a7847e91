import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { TONES, type Tone } from "./tone.ts";
import { parseToneInfo, type ToneInfo } from "./tone-info.ts";

describe("parseToneInfo", () => {
  it("reads what Graph documents", () => {
    expect(parseToneInfo({ sequenceId: 1, tone: "tone1" })).toEqual({ sequenceId: 1, tone: "tone1" });
  });

  it("reads a sequence that came as a string", () => {
    expect(parseToneInfo({ sequenceId: "12", tone: "tone5" })).toEqual({ sequenceId: 12, tone: "tone5" });
  });

  it("reads a tone in any letter case", () => {
    expect(parseToneInfo({ sequenceId: 1, tone: "Pound" })?.tone).toBe("pound");
  });

  it("keeps a sequence of 0", () => {
    expect(parseToneInfo({ sequenceId: 0, tone: "star" })?.sequenceId).toBe(0);
  });

  it.each([638000000000000000, "638000000000000001"])(
    "keeps a tone whose sequence JavaScript cannot represent exactly (%s)",
    (sequenceId) => {
      expect(parseToneInfo({ sequenceId, tone: "tone1" })).toEqual({ sequenceId: 638000000000000000, tone: "tone1" });
    },
  );

  it("keeps no other member", () => {
    expect(parseToneInfo({ "@odata.type": "#microsoft.graph.toneInfo", sequenceId: 1, tone: "a" })).toEqual({
      sequenceId: 1,
      tone: "a",
    });
  });

  it.each([
    null,
    undefined,
    [],
    "tone1",
    {},
    { tone: "tone1" },
    { sequenceId: 1 },
    { sequenceId: null, tone: "tone1" },
    { sequenceId: 1.5, tone: "tone1" },
    { sequenceId: "0x10", tone: "tone1" },
    { sequenceId: "1e21", tone: "tone1" },
    { sequenceId: 1e21, tone: "tone1" },
    { sequenceId: 1, tone: null },
    { sequenceId: 1, tone: "tone10" },
    { sequenceId: 1, tone: 1 },
  ])("returns undefined for %j", (value) => {
    expect(parseToneInfo(value)).toBeUndefined();
  });

  it("never throws for any JSON", () => {
    const member = fc.oneof(fc.jsonValue(), fc.constantFrom(...TONES), fc.integer());
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record({ sequenceId: member, tone: member })), (value) => {
        expect(() => parseToneInfo(value)).not.toThrow();
      }),
    );
  });

  it("changes nothing when it parses its own result", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.constantFrom(...TONES), (sequenceId, tone) => {
        const read = parseToneInfo({ sequenceId: String(sequenceId), tone: tone.toUpperCase() });
        expect(parseToneInfo(read)).toEqual({ sequenceId: sequenceId + 0, tone });
      }),
    );
  });

  it("has a type without any", () => {
    expectTypeOf(parseToneInfo).returns.toEqualTypeOf<ToneInfo | undefined>();
    expectTypeOf<ToneInfo>().toEqualTypeOf<{ sequenceId: number; tone: Tone }>();
  });
});
