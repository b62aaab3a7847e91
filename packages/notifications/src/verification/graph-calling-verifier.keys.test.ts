import { createManualClock, type ManualClock } from "@graph-dtmf/models/testing";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  CONFIGURATION,
  configurationOf,
  KEYS,
  type KeyServer,
  sendJson,
  startKeyServer,
} from "../__fixtures__/key-server.ts";
import { APP_ID, claimsAt, createKey, sign, TENANT_ID, type TestKey } from "../__fixtures__/tokens.ts";
import { createGraphCallingVerifier } from "./graph-calling-verifier.ts";
import type { NotificationVerifier } from "./notification-verifier.ts";

const HOUR = 3_600_000;

let key: TestKey;
let nextKey: TestKey;
let server: KeyServer;
let clock: ManualClock;
let verifier: NotificationVerifier;

beforeAll(async () => {
  key = await createKey("key-1");
  nextKey = await createKey("key-2");
});

beforeEach(async () => {
  clock = createManualClock();
  server = await startKeyServer([key.jwk]);
  verifier = createVerifier(server.configurationUrl);
});

afterEach(() => server.close());

function createVerifier(openIdConfigurationUrl: string, allowHttpHosts: string[] = []): NotificationVerifier {
  return createGraphCallingVerifier({
    appId: APP_ID,
    tenantIds: [TENANT_ID],
    openIdConfigurationUrl,
    allowHttpHosts,
    clock,
  });
}

/** Creates a new token at each call. */
const bearer = async (by: TestKey = key): Promise<string> => `Bearer ${await sign(by, claimsAt(clock.now()))}`;

async function expectAccepted(authorization: string): Promise<void> {
  await expect(verifier.verify(authorization)).resolves.toMatchObject({ tenantId: TENANT_ID });
}

async function expectUnavailable(authorization: string, cause?: string): Promise<void> {
  await expect(verifier.verify(authorization)).rejects.toMatchObject({
    name: "KeysUnavailableError",
    code: "keys_unavailable",
    ...(cause !== undefined && { cause: { message: expect.stringContaining(cause) } }),
  });
}

describe("signing keys", () => {
  it("are loaded once for many simultaneous tokens", async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, () => bearer()));
    await Promise.all([...tokens, await bearer(nextKey).then(() => bearer())].map(expectAccepted));
    expect(server.requests).toEqual([CONFIGURATION, KEYS]);
  });

  it("are not loaded before the first token", () => {
    expect(server.requests).toEqual([]);
  });

  it("are loaded again for an unknown key id", async () => {
    await expectAccepted(await bearer());
    server.keys = [key.jwk, nextKey.jwk];
    await expectAccepted(await bearer(nextKey));
    expect(server.loads).toBe(2);
  });

  it("are loaded from the URL that the configuration has at that time", async () => {
    await expectAccepted(await bearer());
    const moved = await startKeyServer([nextKey.jwk]);
    server.instead[CONFIGURATION] = (response) => sendJson(response, configurationOf(moved.origin));
    await expectAccepted(await bearer(nextKey));
    await moved.close();
  });

  it("invalidate their cached tokens when they are no longer published", async () => {
    const old = await bearer();
    await expectAccepted(old);
    server.keys = [nextKey.jwk];
    await expectAccepted(await bearer(nextKey));
    await expect(verifier.verify(old)).rejects.toMatchObject({ reason: "unknownKey" });
  });

  it("invalidate their cached tokens when another key is published under their id", async () => {
    const old = await bearer();
    await expectAccepted(old);
    const replaced = await createKey(key.kid);
    server.keys = [replaced.jwk, nextKey.jwk];
    await expectAccepted(await bearer(nextKey));
    await expect(verifier.verify(old)).rejects.toMatchObject({ reason: "signature" });
    await expectAccepted(await bearer(replaced));
  });

  it("keep their cached tokens while they are published", async () => {
    const authorization = await bearer();
    const first = await verifier.verify(authorization);
    server.keys = [nextKey.jwk, key.jwk];
    await expectAccepted(await bearer(nextKey));
    expect(await verifier.verify(authorization)).toBe(first);
  });

  it("are loaded again after two hours, and stay valid meanwhile", async () => {
    await expectAccepted(await bearer());
    await clock.advance(2 * HOUR - 1_000);
    await expectAccepted(await bearer());
    expect(server.loads).toBe(1);
    server.keys = [nextKey.jwk];
    await clock.advance(1_000);
    const reloaded = server.requested(KEYS);
    const lastOfOldKey = await bearer();
    await expectAccepted(lastOfOldKey);
    await reloaded;
    await expectAccepted(await bearer(nextKey));
    await expect(verifier.verify(lastOfOldKey)).rejects.toMatchObject({ reason: "unknownKey" });
  });
});

describe("while the key endpoint is unavailable", () => {
  it("no token can be verified before the first load, and tokens can be verified once it is available", async () => {
    const { port } = new URL(server.origin);
    await server.close();
    await expectUnavailable(await bearer());
    server = await startKeyServer([key.jwk], Number(port));
    await expectAccepted(await bearer());
  });

  it("it is requested at most three times in 30 seconds", async () => {
    server.instead[CONFIGURATION] = (response) => response.writeHead(500).end();
    for (let attempt = 0; attempt < 20; attempt++) await expectUnavailable(await bearer(), "got 500");
    expect(server.requests.length).toBe(3);
    server.instead = {};
    await clock.advance(30_000);
    await expectAccepted(await bearer());
  });

  it("old keys stay valid for a day", async () => {
    await expectAccepted(await bearer());
    await server.close();
    for (let hour = 1; hour < 24; hour++) {
      await clock.advance(HOUR);
      await expectAccepted(await bearer());
    }
    const lastOfTheDay = await bearer();
    await expectAccepted(lastOfTheDay);
    await clock.advance(HOUR);
    await expectUnavailable(await bearer());
    await expectUnavailable(lastOfTheDay);
  });

  it("an unknown key id does not mean that the token is invalid", async () => {
    await expectAccepted(await bearer());
    await server.close();
    await expectUnavailable(await bearer(nextKey));
    await expectAccepted(await bearer());
  });
});

describe("a key endpoint that was unavailable", () => {
  it("decides about unknown key ids once it is available", async () => {
    await expectAccepted(await bearer());
    server.instead[KEYS] = (response) => response.writeHead(503).end();
    await expectUnavailable(await bearer(nextKey), "got 503");
    server.instead = {};
    await expect(verifier.verify(await bearer(nextKey))).rejects.toMatchObject({ reason: "unknownKey" });
  });
});

describe("a faulty key endpoint", () => {
  it("times out after ten seconds, whether it sends nothing or sends slowly", async () => {
    for (const path of [CONFIGURATION, KEYS]) {
      const silent = await startKeyServer([key.jwk]);
      silent.instead[path] = (response) => {
        if (path === KEYS) response.writeHead(200).write("{");
      };
      const requested = silent.requested(path);
      const verifying = createVerifier(silent.configurationUrl).verify(await bearer());
      const refused = expect(verifying).rejects.toMatchObject({
        code: "keys_unavailable",
        cause: { message: expect.stringContaining("within 10000 ms") },
      });
      await requested;
      await clock.advance(10_000);
      await refused;
      await silent.close();
    }
    expect(clock.pending).toBe(0);
  });

  it.each([CONFIGURATION, KEYS])("is disconnected when it sends endlessly from %s", async (path) => {
    let cutOff: (() => void) | undefined;
    const closed = new Promise<void>((resolve) => {
      cutOff = resolve;
    });
    server.instead[path] = (response) => {
      response.on("close", () => cutOff?.());
      response.writeHead(200, { "content-type": "application/json" });
      const send = (): void => {
        while (!response.destroyed && response.write(" ".repeat(16 * 1024)));
      };
      response.on("drain", send);
      send();
    };
    await expectUnavailable(await bearer(), "at most 262144 bytes");
    await closed;
  });

  it.each([CONFIGURATION, KEYS])("cannot redirect the request of %s", async (path) => {
    const target = await startKeyServer([key.jwk]);
    server.instead[path] = (response) => response.writeHead(302, { location: `${target.origin}${path}` }).end();
    await expectUnavailable(await bearer(), "got 302");
    expect(target.requests).toEqual([]);
    await target.close();
  });

  it("cannot redirect a request if the caller's fetch follows redirects", async () => {
    server.instead[KEYS] = (response) => response.writeHead(302, { location: "/v1/other-keys" }).end();
    server.instead["/v1/other-keys"] = (response) => sendJson(response, { keys: [key.jwk] });
    verifier = createGraphCallingVerifier({
      appId: APP_ID,
      tenantIds: [TENANT_ID],
      openIdConfigurationUrl: server.configurationUrl,
      clock,
      fetch: (url, init) => globalThis.fetch(url, { ...init, redirect: "follow" }),
    });
    await expectUnavailable(await bearer(), "got a redirect");
  });

  it.each([
    ["text", "<html></html>", "expected JSON"],
    ["null", null, "jwks_uri"],
    ["no key set", {}, "jwks_uri"],
    ["a key set that is not a text", { jwks_uri: 7 }, "jwks_uri"],
    ["a key set in a file", { jwks_uri: "file:///etc/passwd" }, "jwks_uri"],
    ["a key set over plain http", { jwks_uri: "http://keys.example/v1/keys" }, "jwks_uri"],
    ["a key set with a password", { jwks_uri: "https://user:word@keys.example/v1/keys" }, "jwks_uri"],
  ])("fails if its configuration is %s", async (_, body, cause) => {
    server.instead[CONFIGURATION] = (response) =>
      typeof body === "string" ? response.writeHead(200).end(body) : sendJson(response, body);
    await expectUnavailable(await bearer(), cause);
  });

  it.each([
    ["text", "<html></html>"],
    ["null", null],
    ["a list", []],
    ["empty", { keys: [] }],
    [
      "a list without keys",
      { keys: [null, 7, "key", {}, { kty: "RSA" }, { kty: "RSA", kid: "key-2", n: "!", e: "AQAB" }] },
    ],
    ["a list of keys that are not RSA", { keys: [{ kty: "EC", crv: "P-256", kid: "key-2", x: "AQAB", y: "AQAB" }] }],
  ])("does not replace the loaded keys if its key set is %s", async (_, body) => {
    await expectAccepted(await bearer());
    server.instead[KEYS] = (response) =>
      typeof body === "string" ? response.writeHead(200).end(body) : sendJson(response, body);
    await expectUnavailable(await bearer(nextKey));
    await expectAccepted(await bearer());
  });

  it("may publish single keys that cannot be used", async () => {
    server.keys = [
      null,
      without(key.jwk, "kid"),
      { ...key.jwk, kid: 7 },
      { ...key.jwk, kid: "broken", n: "!" },
      { ...key.jwk, alg: "RS256" },
    ];
    await expectAccepted(await bearer());
  });
});

function without(jwk: object, name: string): object {
  return Object.fromEntries(Object.entries(jwk).filter(([member]) => member !== name));
}
