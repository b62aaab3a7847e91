import { inspect } from "node:util";
import { createManualClock, type ManualClock } from "@graph-dtmf/models/testing";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type KeyServer, startKeyServer } from "../__fixtures__/key-server.ts";
import { APP_ID, claimsAt, createKey, sign, TENANT_ID, type TestKey } from "../__fixtures__/tokens.ts";
import { createGraphCallingVerifier } from "./graph-calling-verifier.ts";
import type { NotificationVerifier } from "./notification-verifier.ts";
import type { GraphCallingVerifierOptions } from "./verifier-options.ts";

let key: TestKey;
let server: KeyServer;
let clock: ManualClock;

beforeAll(async () => {
  key = await createKey("key-1");
});

beforeEach(async () => {
  clock = createManualClock();
  server = await startKeyServer([key.jwk]);
});

afterEach(() => server.close());

function verifierWith(options: Partial<GraphCallingVerifierOptions> = {}): NotificationVerifier {
  return createGraphCallingVerifier({
    appId: APP_ID,
    tenantIds: [TENANT_ID],
    openIdConfigurationUrl: server.configurationUrl,
    clock,
    ...options,
  });
}

const bearer = async (claims: Record<string, unknown> = {}): Promise<string> =>
  `Bearer ${await sign(key, { ...claimsAt(clock.now()), ...claims })}`;

describe("a verifier of calling notifications", () => {
  it("accepts a token as the calling service makes them, and tells tenant and claims", async () => {
    const sender = await verifierWith().verify(await bearer());
    expect(sender.tenantId).toBe(TENANT_ID);
    expect(sender.claims).toMatchObject({ aud: APP_ID, appid: "26a18ebc-cdf7-4a6a-91cb-beb352805e81" });
  });

  it.each(["https://api.botframework.com", "https://graph.microsoft.com"])("accepts the issuer %s", async (iss) => {
    await expect(verifierWith().verify(await bearer({ iss }))).resolves.toMatchObject({ tenantId: TENANT_ID });
  });

  it("accepts configured issuers in place of the usual ones", async () => {
    const verifier = verifierWith({ issuers: ["https://issuer.example"] });
    await expect(verifier.verify(await bearer({ iss: "https://issuer.example" }))).resolves.toBeDefined();
    await expect(verifier.verify(await bearer())).rejects.toMatchObject({ reason: "issuer" });
  });

  it.each(["Bearer ", "bearer ", "BEARER   "])("reads the scheme %j", async (scheme) => {
    const token = (await bearer()).slice("Bearer ".length);
    await expect(verifierWith().verify(scheme + token)).resolves.toBeDefined();
  });

  it("compares tenants without regard to case and tells them in lower case", async () => {
    const verifier = verifierWith({ tenantIds: ["someone-else", TENANT_ID.toUpperCase()] });
    const { tenantId } = await verifier.verify(await bearer({ tid: TENANT_ID.toUpperCase() }));
    expect(tenantId).toBe(TENANT_ID);
  });

  it('accepts every tenant for "any", but none without a name', async () => {
    const verifier = verifierWith({ tenantIds: "any" });
    await expect(verifier.verify(await bearer({ tid: "anybody" }))).resolves.toMatchObject({ tenantId: "anybody" });
    await expect(verifier.verify(await bearer({ tid: undefined }))).rejects.toMatchObject({ reason: "tenant" });
    await expect(verifier.verify(await bearer({ tid: "" }))).rejects.toMatchObject({ reason: "tenant" });
    await expect(verifier.verify(await bearer({ tid: 7 }))).rejects.toMatchObject({ reason: "tenant" });
  });

  it("takes an app id that was configured in capitals for the same app", async () => {
    await expect(verifierWith({ appId: APP_ID.toUpperCase() }).verify(await bearer())).resolves.toBeDefined();
  });

  it("lets clocks differ by a minute, both ways", async () => {
    const verifier = verifierWith();
    const now = Math.floor(clock.now() / 1000);
    await expect(verifier.verify(await bearer({ exp: now - 59 }))).resolves.toBeDefined();
    await expect(verifier.verify(await bearer({ nbf: now + 60 }))).resolves.toBeDefined();
    await expect(verifier.verify(await bearer({ exp: now - 60 }))).rejects.toMatchObject({ reason: "expired" });
    await expect(verifier.verify(await bearer({ nbf: now + 61 }))).rejects.toMatchObject({ reason: "notYetValid" });
  });

  it("lets clocks differ by as much as configured, 0 included", async () => {
    const verifier = verifierWith({ clockToleranceSec: 0 });
    const now = Math.floor(clock.now() / 1000);
    await expect(verifier.verify(await bearer({ exp: now }))).rejects.toMatchObject({ reason: "expired" });
    await expect(verifier.verify(await bearer({ nbf: now + 1 }))).rejects.toMatchObject({ reason: "notYetValid" });
    await expect(verifier.verify(await bearer({ nbf: now, exp: now + 1 }))).resolves.toBeDefined();
  });

  it("asks the calling service for its keys unless told otherwise", async () => {
    const asked: unknown[] = [];
    const fetch: typeof globalThis.fetch = async (url) => {
      asked.push(String(url));
      return new Response("{}", { status: 503 });
    };
    const verifier = createGraphCallingVerifier({ appId: APP_ID, tenantIds: "any", clock, fetch });
    await expect(verifier.verify(await bearer())).rejects.toMatchObject({ code: "keys_unavailable" });
    expect(asked).toEqual(["https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration"]);
  });
});

describe("a token that was verified", () => {
  it("is remembered: the next notification under it gets the same answer", async () => {
    const verifier = verifierWith();
    const authorization = await bearer();
    const first = await verifier.verify(authorization);
    await server.close();
    expect(await verifier.verify(authorization)).toBe(first);
  });

  it("is remembered until it expires, the tolerance included", async () => {
    const verifier = verifierWith();
    const authorization = await bearer();
    const first = await verifier.verify(authorization);
    await clock.advance(359_000);
    expect(await verifier.verify(authorization)).toBe(first);
    await clock.advance(1_000);
    await expect(verifier.verify(authorization)).rejects.toMatchObject({ reason: "expired" });
  });

  it("is verified once for all who ask at the same time", async () => {
    const verifier = verifierWith();
    const authorization = await bearer();
    const senders = await Promise.all(Array.from({ length: 50 }, () => verifier.verify(authorization)));
    expect(new Set(senders).size).toBe(1);
    expect(server.loads).toBe(1);
  });

  it("can be changed by nobody who was told of it", async () => {
    const sender = await verifierWith().verify(await bearer());
    expect(Object.isFrozen(sender)).toBe(true);
    expect(Object.isFrozen(sender.claims)).toBe(true);
  });

  it("is not remembered if it was refused", async () => {
    const verifier = verifierWith();
    const authorization = await bearer({ nbf: Math.floor(clock.now() / 1000) + 90 });
    await expect(verifier.verify(authorization)).rejects.toMatchObject({ reason: "notYetValid" });
    await clock.advance(30_000);
    await expect(verifier.verify(authorization)).resolves.toBeDefined();
  });
});

describe("a refusal", () => {
  it("has a code, a reason, and nothing of the token in it", async () => {
    const authorization = await bearer({ aud: "another-bot" });
    const error: unknown = await verifierWith()
      .verify(authorization)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: "NotificationAuthenticationError",
      code: "unauthenticated_notification",
      reason: "audience",
    });
    const [, ...parts] = authorization.split(/[ .]/);
    for (const part of parts) expect(inspect(error, { depth: 9 })).not.toContain(part);
  });

  it("leaves no timer behind, and neither does success", async () => {
    const verifier = verifierWith();
    await verifier.verify(await bearer());
    await expect(verifier.verify(await bearer({ aud: "another-bot" }))).rejects.toBeDefined();
    expect(clock.pending).toBe(0);
  });
});
