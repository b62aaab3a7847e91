import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseClaimsChallenge } from "./claims-challenge.ts";

describe("parseClaimsChallenge", () => {
  const CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}';
  const encoded = (text: string, encoding: "base64" | "base64url" = "base64"): string =>
    Buffer.from(text).toString(encoding);

  it("returns the claims as JSON", () => {
    const challenge = `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000", error="insufficient_claims", claims="${encoded(CLAIMS)}"`;
    expect(parseClaimsChallenge(challenge)).toBe(CLAIMS);
  });

  it("reads both base64 alphabets, with and without padding, among other challenges", () => {
    const text = '{"a":"???>>>~~~ü"}';
    for (const encoding of ["base64", "base64url"] as const) {
      expect(parseClaimsChallenge(`Basic realm="x", Bearer claims="${encoded(text, encoding)}"`)).toBe(text);
    }
    expect(parseClaimsChallenge(`Bearer claims="${encoded('{"a":1}').replaceAll("=", "")}"`)).toBe('{"a":1}');
  });

  it.each([
    ["no header", undefined],
    ["an empty header", ""],
    ["a challenge without claims", 'Bearer error="invalid_token"'],
    ["empty claims", 'Bearer claims=""'],
    ["claims that are not base64", 'Bearer claims="{}"'],
    ["claims that are not JSON", `Bearer claims="${encoded("hello")}"`],
    ["truncated claims", `Bearer claims="${encoded('{"access_token":')}"`],
    ["claims without quotes", `Bearer claims=${encoded("{}")}`],
    ["an unterminated quote", `Bearer claims="${encoded("{}")}`],
  ])("returns undefined for unreadable claims: %s", (_, challenge) => {
    expect(parseClaimsChallenge(challenge)).toBeUndefined();
  });

  it("returns only JSON, for any header", () => {
    const header = fc.oneof(
      fc.string(),
      fc.base64String().map((text) => `Bearer claims="${text}"`),
    );
    fc.assert(
      fc.property(header, (challenge) => {
        const claims = parseClaimsChallenge(challenge);
        if (claims !== undefined) expect(() => JSON.parse(claims)).not.toThrow();
      }),
    );
    fc.assert(
      fc.property(fc.json(), (claims) => {
        expect(parseClaimsChallenge(`Bearer claims="${encoded(claims)}"`)).toBe(claims);
      }),
    );
  });
});
