import { randomUUID, sign as signBytes } from "node:crypto";
import { createManualClock, type ManualClock } from "@graph-dtmf/models/testing";
import { exportSPKI, type JWTHeaderParameters, SignJWT } from "jose";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type KeyServer, sendJson, startKeyServer } from "../__fixtures__/key-server.ts";
import {
  APP_ID,
  claimsAt,
  createKey,
  encodePart,
  sign,
  TENANT_ID,
  type TestKey,
  without,
} from "../__fixtures__/tokens.ts";
import type { AuthenticationFault } from "./errors.ts";
import { createGraphCallingVerifier } from "./graph-calling-verifier.ts";
import type { NotificationVerifier } from "./notification-verifier.ts";

let key: TestKey;
let attacker: TestKey;
let server: KeyServer;
let clock: ManualClock;
let verifier: NotificationVerifier;

beforeAll(async () => {
  key = await createKey("key-1");
  attacker = await createKey("key-1");
});

beforeEach(async () => {
  clock = createManualClock();
  server = await startKeyServer([key.jwk]);
  verifier = createGraphCallingVerifier({
    appId: APP_ID,
    tenantIds: [TENANT_ID],
    openIdConfigurationUrl: server.configurationUrl,
    clock,
  });
});

afterEach(() => server.close());

const now = (): number => Math.floor(clock.now() / 1000);
const claims = (): ReturnType<typeof claimsAt> => claimsAt(clock.now());
const header = (parts: object = {}): object => ({ alg: "RS256", kid: key.kid, typ: "JWT", ...parts });

async function expectRefused(authorization: string | null, reason: AuthenticationFault): Promise<void> {
  await expect(verifier.verify(authorization)).rejects.toMatchObject({
    code: "unauthenticated_notification",
    reason,
  });
}

describe("a verifier rejects", () => {
  it("a notification without an Authorization header", async () => {
    await expectRefused(null, "missing");
    await expectRefused("", "missing");
  });

  it("an Authorization header that is not exactly one bearer token", async () => {
    const token = await sign(key, claims());
    await expectRefused(token, "malformed");
    await expectRefused(`Basic ${token}`, "malformed");
    await expectRefused(`Bearer ${token}, Bearer ${token}`, "malformed");
    await expectRefused(`Bearer ${token} ${token}`, "malformed");
    await expectRefused(`Bearer ${token}.extra.parts`, "malformed");
    await expectRefused("Bearer ", "malformed");
    await expectRefused("Bearer a.b", "malformed");
    await expectRefused("Bearer a.b.c", "malformed");
    await expectRefused(`Bearer ${encodePart([])}.${encodePart({})}.c`, "malformed");
  });

  it("a token without a signature", async () => {
    await expectRefused(`Bearer ${encodePart(header({ alg: "none" }))}.${encodePart(claims())}.`, "algorithm");
    await expectRefused(`Bearer ${encodePart(header())}.${encodePart(claims())}.`, "signature");
  });

  it("a valid signature with a surplus character, which decoders ignore", async () => {
    const wide = await createKey("wide", 3072);
    server.keys = [wide.jwk];
    const token = await sign(wide, claims());
    await expectRefused(`Bearer ${token}A`, "malformed");
    await expect(verifier.verify(`Bearer ${token}`)).resolves.toBeDefined();
  });

  it("a token signed with the public key as an HS256 secret", async () => {
    const secret = new TextEncoder().encode(await exportSPKI(key.publicKey));
    const token = await new SignJWT(claims()).setProtectedHeader({ alg: "HS256", kid: key.kid }).sign(secret);
    await expectRefused(`Bearer ${token}`, "algorithm");
  });

  it.each(["RS384", "RS512", "PS256"])("a valid signature made with %s", async (alg) => {
    await expectRefused(`Bearer ${await sign(key, claims(), { alg })}`, "algorithm");
  });

  it("a token signed with another key under a published key id", async () => {
    await expectRefused(`Bearer ${await sign(attacker, claims())}`, "signature");
  });

  it("a token whose claims were changed after signing", async () => {
    const [head, , signature] = (await sign(key, claims())).split(".");
    const tampered = encodePart({ ...claims(), tid: "another-tenant" });
    await expectRefused(`Bearer ${head}.${tampered}.${signature}`, "signature");
  });

  it.each([
    ["another audience", { aud: "another-bot" }, "audience"],
    ["another issuer", { iss: "https://issuer.example" }, "issuer"],
    ["an issuer with an accepted prefix", { iss: "https://graph.microsoft.com.example" }, "issuer"],
    ["another tenant", { tid: "00000000-0000-0000-0000-000000000000" }, "tenant"],
  ] as const)("a token of %s", async (_, changed, reason) => {
    await expectRefused(`Bearer ${await sign(key, { ...claims(), ...changed })}`, reason);
  });

  it.each([
    ["aud", "audience"],
    ["iss", "issuer"],
    ["tid", "tenant"],
    ["exp", "malformed"],
    ["nbf", "malformed"],
  ] as const)("a token without %s", async (claim, reason) => {
    await expectRefused(`Bearer ${await sign(key, without(claims(), claim))}`, reason);
  });

  it("times that are not numbers", async () => {
    const token = await signRaw({ ...claims(), exp: String(now() + 300) });
    await expectRefused(`Bearer ${token}`, "malformed");
  });

  it("an expired token and a token that is not valid yet", async () => {
    await expectRefused(`Bearer ${await sign(key, { ...claims(), exp: now() - 300 })}`, "expired");
    await expectRefused(`Bearer ${await sign(key, { ...claims(), nbf: now() + 300 })}`, "notYetValid");
  });

  it("a token with a critical extension", async () => {
    const token = await signRaw(claims(), { crit: ["exp"], exp: 1 });
    await expectRefused(`Bearer ${token}`, "malformed");
  });

  it("a token of more than 8 KiB, without loading a key", async () => {
    const padded = await sign(key, { ...claims(), padding: "x".repeat(7_000) });
    expect(padded.length).toBeGreaterThan(8 * 1024);
    await expectRefused(`Bearer ${padded}`, "malformed");
    await expectRefused(`Bearer ${"x".repeat(2 ** 20)}`, "malformed");
    expect(server.requests).toEqual([]);
  });

  it("a key id that is a path, an injection, an object or absent", async () => {
    server.keys = ["7", "null", "undefined", "[object Object]"].map((kid) => ({ ...key.jwk, kid }));
    const kids = ["../../../../dev/null", "/etc/passwd", "' or 1=1 --", "__proto__", "constructor", ""];
    for (const kid of kids) await expectRefused(`Bearer ${await sign(key, claims(), { kid })}`, "unknownKey");
    for (const kid of [{ a: 1 }, 7, null, undefined]) {
      await expectRefused(`Bearer ${await signRaw(claims(), { kid })}`, "unknownKey");
    }
  });

  it("keys that the token embeds or links, without loading them", async () => {
    const evil = await startKeyServer([attacker.jwk]);
    const keyReferences = { jku: `${evil.origin}/v1/keys`, x5u: `${evil.origin}/cert`, jwk: attacker.jwk };
    await expectRefused(`Bearer ${await sign(attacker, claims(), keyReferences as JWTHeaderParameters)}`, "signature");
    await expectRefused(
      `Bearer ${await sign(attacker, claims(), { ...keyReferences, kid: "theirs" } as JWTHeaderParameters)}`,
      "unknownKey",
    );
    expect(evil.requests).toEqual([]);
    await evil.close();
  });

  it("a signature by a published key of less than 2048 bits", async () => {
    const small = await createKey("small", 1024);
    server.keys = [small.jwk, key.jwk];
    await expectRefused(`Bearer ${await signRaw(claims(), { kid: "small" }, small)}`, "unknownKey");
  });

  it("1,000 tokens with unknown key ids, with at most two loads of the keys after the first", async () => {
    await verifier.verify(`Bearer ${await sign(key, claims())}`);
    const tokens = Array.from({ length: 1_000 }, () => forged(randomUUID()));
    for (const token of tokens.slice(0, 100)) await expectRefused(`Bearer ${token}`, "unknownKey");
    await Promise.all(tokens.slice(100).map((token) => expectRefused(`Bearer ${token}`, "unknownKey")));
    expect(server.loads).toBe(3);
    await clock.advance(30_000);
    await expectRefused(`Bearer ${forged("another")}`, "unknownKey");
    expect(server.loads).toBe(4);
    await expect(verifier.verify(`Bearer ${await sign(key, claims())}`)).resolves.toBeDefined();
  });

  it("keys that are published for other uses", async () => {
    server.instead["/v1/keys"] = (response) =>
      sendJson(response, {
        keys: [
          { ...key.jwk, kid: "encrypts", use: "enc" },
          { ...key.jwk, kid: "signs-otherwise", alg: "RS384" },
          { ...key.jwk, kid: "only-signs", key_ops: ["sign"] },
          { ...key.jwk, kid: "no-rsa", kty: "oct", k: "c2VjcmV0" },
          key.jwk,
        ],
      });
    for (const kid of ["encrypts", "signs-otherwise", "only-signs", "no-rsa"]) {
      await expectRefused(`Bearer ${await sign(key, claims(), { kid })}`, "unknownKey");
    }
  });
});

/** Signs any content with RS256, also what a library would refuse. */
async function signRaw(payload: object, parts: object = {}, by: TestKey = key): Promise<string> {
  const input = `${encodePart(header(parts))}.${encodePart(payload)}`;
  return `${input}.${signBytes("sha256", Buffer.from(input), by.privateKey).toString("base64url")}`;
}

function forged(kid: string): string {
  return `${encodePart(header({ kid }))}.${encodePart(claims())}.${Buffer.alloc(256).toString("base64url")}`;
}
