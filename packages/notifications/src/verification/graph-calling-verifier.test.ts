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
  it("accepts a token of the calling service, and returns tenant and claims", async () => {
    const sender = await verifierWith().verify(await bearer());
    expect(sender.tenantId).toBe(TENANT_ID);
    expect(sender.claims).toMatchObject({ aud: APP_ID, appid: "26a18ebc-cdf7-4a6a-91cb-beb352805e81" });
  });

  it.each(["https://api.botframework.com", "https://graph.microsoft.com"])("accepts the issuer %s", async (iss) => {
    await expect(verifierWith().verify(await bearer({ iss }))).resolves.toMatchObject({ tenantId: TENANT_ID });
  });

  it("accepts configured issuers in place of the defaults", async () => {
    const verifier = verifierWith({ issuers: ["https://issuer.example"] });
    await expect(verifier.verify(await bearer({ iss: "https://issuer.example" }))).resolves.toBeDefined();
    await expect(verifier.verify(await bearer())).rejects.toMatchObject({ reason: "issuer" });
  });

  it.each(["Bearer ", "bearer ", "BEARER   "])("reads the scheme %j", async (scheme) => {
    const token = (await bearer()).slice("Bearer ".length);
    await expect(verifierWith().verify(scheme + token)).resolves.toBeDefined();
  });

  it("compares tenants in any letter case and returns them in lower case", async () => {
    const verifier = verifierWith({ tenantIds: ["another-tenant", TENANT_ID.toUpperCase()] });
    const { tenantId } = await verifier.verify(await bearer({ tid: TENANT_ID.toUpperCase() }));
    expect(tenantId).toBe(TENANT_ID);
  });

  it('accepts every tenant for "any", but requires one', async () => {
    const verifier = verifierWith({ tenantIds: "any" });
    await expect(verifier.verify(await bearer({ tid: "any-tenant" }))).resolves.toMatchObject({
      tenantId: "any-tenant",
    });
    await expect(verifier.verify(await bearer({ tid: undefined }))).rejects.toMatchObject({ reason: "tenant" });
    await expect(verifier.verify(await bearer({ tid: "" }))).rejects.toMatchObject({ reason: "tenant" });
    await expect(verifier.verify(await bearer({ tid: 7 }))).rejects.toMatchObject({ reason: "tenant" });
  });

  it("accepts an app id that was configured in capitals", async () => {
    await expect(verifierWith({ appId: APP_ID.toUpperCase() }).verify(await bearer())).resolves.toBeDefined();
  });

  it("tolerates a clock difference of one minute in both directions", async () => {
    const verifier = verifierWith();
    const now = Math.floor(clock.now() / 1000);
    await expect(verifier.verify(await bearer({ exp: now - 59 }))).resolves.toBeDefined();
    await expect(verifier.verify(await bearer({ nbf: now + 60 }))).resolves.toBeDefined();
    await expect(verifier.verify(await bearer({ exp: now - 60 }))).rejects.toMatchObject({ reason: "expired" });
    await expect(verifier.verify(await bearer({ nbf: now + 61 }))).rejects.toMatchObject({ reason: "notYetValid" });
  });

  it("tolerates the configured clock difference, 0 included", async () => {
    const verifier = verifierWith({ clockToleranceSec: 0 });
    const now = Math.floor(clock.now() / 1000);
    await expect(verifier.verify(await bearer({ exp: now }))).rejects.toMatchObject({ reason: "expired" });
    await expect(verifier.verify(await bearer({ nbf: now + 1 }))).rejects.toMatchObject({ reason: "notYetValid" });
    await expect(verifier.verify(await bearer({ nbf: now, exp: now + 1 }))).resolves.toBeDefined();
  });

  it("loads the keys of the calling service by default", async () => {
    const requested: unknown[] = [];
    const fetch: typeof globalThis.fetch = async (url) => {
      requested.push(String(url));
      return new Response("{}", { status: 503 });
    };
    const verifier = createGraphCallingVerifier({ appId: APP_ID, tenantIds: "any", clock, fetch });
    await expect(verifier.verify(await bearer())).rejects.toMatchObject({ code: "keys_unavailable" });
    expect(requested).toEqual(["https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration"]);
  });
});

describe("a verified token", () => {
  it("is cached: the next notification with it gets the same result", async () => {
    const verifier = verifierWith();
    const authorization = await bearer();
    const first = await verifier.verify(authorization);
    await server.close();
    expect(await verifier.verify(authorization)).toBe(first);
  });

  it("is cached until it expires, the tolerance included", async () => {
    const verifier = verifierWith();
    const authorization = await bearer();
    const first = await verifier.verify(authorization);
    await clock.advance(359_000);
    expect(await verifier.verify(authorization)).toBe(first);
    await clock.advance(1_000);
    await expect(verifier.verify(authorization)).rejects.toMatchObject({ reason: "expired" });
  });

  it("is verified once for simultaneous requests", async () => {
    const verifier = verifierWith();
    const authorization = await bearer();
    const senders = await Promise.all(Array.from({ length: 50 }, () => verifier.verify(authorization)));
    expect(new Set(senders).size).toBe(1);
    expect(server.loads).toBe(1);
  });

  it("has a result that cannot be changed", async () => {
    const sender = await verifierWith().verify(await bearer());
    expect(Object.isFrozen(sender)).toBe(true);
    expect(Object.isFrozen(sender.claims)).toBe(true);
  });

  it("is not cached if it was rejected", async () => {
    const verifier = verifierWith();
    const authorization = await bearer({ nbf: Math.floor(clock.now() / 1000) + 90 });
    await expect(verifier.verify(authorization)).rejects.toMatchObject({ reason: "notYetValid" });
    await clock.advance(30_000);
    await expect(verifier.verify(authorization)).resolves.toBeDefined();
  });
});

describe("a rejection", () => {
  it("has a code and a reason, and contains nothing of the token", async () => {
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

  it("leaves no timer, like a success", async () => {
    const verifier = verifierWith();
    await verifier.verify(await bearer());
    await expect(verifier.verify(await bearer({ aud: "another-bot" }))).rejects.toBeDefined();
    expect(clock.pending).toBe(0);
  });
});
