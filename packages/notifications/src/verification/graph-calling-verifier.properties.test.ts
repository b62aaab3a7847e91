import { sign as signBytes } from "node:crypto";
import { createManualClock } from "@graph-dtmf/models/testing";
import fc from "fast-check";
import { jwtVerify } from "jose";
import { expect, it, onTestFinished } from "vitest";
import { startKeyServer } from "../__fixtures__/key-server.ts";
import { APP_ID, claimsAt, createKey, encodePart, type TestKey } from "../__fixtures__/tokens.ts";
import { createGraphCallingVerifier } from "./graph-calling-verifier.ts";

const ISSUER = "https://api.botframework.com";

/** Mostly a valid value, sometimes any value. */
const mostly = (...good: unknown[]) =>
  fc.oneof({ arbitrary: fc.constantFrom(...good), weight: 30 }, { arbitrary: fc.jsonValue(), weight: 1 });

const arbitraryHeader = fc.record({
  alg: mostly(...Array(20).fill("RS256"), "PS256", "none", "HS256"),
  kid: mostly("key-1"),
  cty: mostly("JWT", undefined),
  b64: mostly(undefined),
  crit: mostly(undefined),
});

const arbitraryClaims = (nowSec: number) => {
  const time = (...good: number[]) => mostly(...good.map((seconds) => nowSec + seconds));
  return fc.record({
    aud: mostly(APP_ID, [APP_ID], ["another", APP_ID]),
    iss: mostly(ISSUER),
    tid: mostly("tenant"),
    nbf: time(-300, 0, 60, 60, 61),
    exp: time(300, 0, -59, -59, -60),
    iat: mostly(undefined, nowSec, nowSec + 1_000),
  });
};

/** Changes of a token: parts of its text are replaced. */
const arbitraryChanges = fc.oneof(
  { arbitrary: fc.constant([]), weight: 3 },
  {
    arbitrary: fc.array(fc.record({ at: fc.nat(700), length: fc.nat(2), text: fc.stringMatching(/^[\w-]{0,2}$/) }), {
      maxLength: 2,
    }),
    weight: 1,
  },
);

function signed(header: object, claims: object, { privateKey }: TestKey): string {
  const input = `${encodePart(header)}.${encodePart(claims)}`;
  return `${input}.${signBytes("sha256", Buffer.from(input), privateKey).toString("base64url")}`;
}

it("accepts exactly the tokens that jose accepts, for any claims and any changes of the text", {
  timeout: 60_000,
}, async () => {
  const [key, attacker] = [await createKey("key-1"), await createKey("key-1")];
  const clock = createManualClock();
  const server = await startKeyServer([key.jwk]);
  const openIdConfigurationUrl = server.configurationUrl;
  const verifier = createGraphCallingVerifier({ appId: APP_ID, tenantIds: "any", openIdConfigurationUrl, clock });
  await verifier.verify(`Bearer ${signed({ alg: "RS256", kid: "key-1" }, claimsAt(clock.now()), key)}`);
  onTestFinished(server.close);

  const joses = async (token: string): Promise<unknown> => {
    const { payload } = await jwtVerify(token, key.publicKey, {
      algorithms: ["RS256"],
      audience: APP_ID,
      issuer: ISSUER,
      requiredClaims: ["tid", "nbf", "exp"],
      clockTolerance: 60,
      currentDate: new Date(clock.now()),
    });
    return payload;
  };
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        header: arbitraryHeader,
        claims: arbitraryClaims(Math.floor(clock.now() / 1000)),
        changes: arbitraryChanges,
        isKey: mostly(true),
      }),
      async ({ header, claims, changes, isKey }) => {
        let token = signed(header, claims, isKey === true ? key : attacker);
        for (const { at, length, text } of changes) token = token.slice(0, at) + text + token.slice(at + length);
        const isOurs = header.kid === key.kid && header.crit === undefined && typeof claims.tid === "string";
        const expected = isOurs && claims.tid !== "" ? await joses(token).catch(() => undefined) : undefined;
        const sender = await verifier.verify(`Bearer ${token}`).catch((error: { code: string }) => {
          expect(error.code).toBe("unauthenticated_notification");
          return undefined;
        });
        if (sender) taken++;
        expect(sender?.claims).toEqual(expected);
      },
    ),
    { numRuns: 3_000 },
  );
  expect(taken).toBeGreaterThan(300);
});
