import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalizeId } from "./normalize-id.ts";

const GUID = "c2f8a2c4-6a1e-4b0f-9d53-0c1d7e5a9b10";

describe("normalizeId", () => {
  it.each([
    GUID,
    GUID.toUpperCase(),
    GUID.replaceAll("-", ""),
    GUID.replaceAll("-", "").toUpperCase(),
    "c2f8a2c46a1e-4b0f-9d530c1d7e5a9b10",
  ])("returns the GUID %s in lower case with dashes", (id) => {
    expect(normalizeId(id)).toBe(GUID);
  });

  it.each([
    "",
    "Call-1",
    `{${GUID}}`,
    `${GUID} `,
    `${GUID}\n`,
    `${GUID}0`,
    "C2F8A2C4-6A1E-4B0F-9D53-0C1D7E5A9B1G",
    "A".repeat(64),
  ])("returns an id that is no GUID unchanged: %j", (id) => {
    expect(normalizeId(id)).toBe(id);
  });

  const anyId = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.uuid(),
    fc.uuid().map((id) => id.replaceAll("-", "")),
    fc.uuid().map((id) => id.toUpperCase()),
    fc.stringMatching(/^[0-9A-Fa-f-]{30,40}$/),
  );

  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(anyId, (id) => {
        expect(normalizeId(normalizeId(id))).toBe(normalizeId(id));
      }),
    );
  });

  it("changes case and dashes only", () => {
    const bare = (id: string) => id.replaceAll("-", "").toLowerCase();
    fc.assert(
      fc.property(anyId, (id) => {
        expect(bare(normalizeId(id))).toBe(bare(id));
      }),
    );
  });
});
