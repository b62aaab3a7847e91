import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestSetup, type TestSetup } from "../__fixtures__/test-setup.ts";

let setup: TestSetup;
beforeAll(async () => {
  setup = await createTestSetup();
});
afterAll(() => setup.close());

async function publishedKeys(): Promise<JSONWebKeySet> {
  const configuration = await fetch(setup.simulator.openIdConfigurationUrl);
  const { jwks_uri } = (await configuration.json()) as { jwks_uri: string };
  return (await (await fetch(jwks_uri)).json()) as JSONWebKeySet;
}

const verify = async (token: string, keys: JSONWebKeySet): Promise<unknown> =>
  await jwtVerify(token, createLocalJWKSet(keys), { currentDate: new Date(setup.clock.now()) });

test("the OpenID configuration contains the issuer and the URL of the keys", async () => {
  const response = await fetch(setup.simulator.openIdConfigurationUrl);
  expect(await response.json()).toMatchObject({
    issuer: "https://api.botframework.com",
    jwks_uri: `${setup.simulator.url}/v1/.well-known/keys`,
    id_token_signing_alg_values_supported: ["RS256"],
  });
});

test("only the public part of a 2048-bit key is published", async () => {
  const { keys } = await publishedKeys();
  expect(keys).toHaveLength(1);
  expect(Object.keys(keys[0] ?? {}).sort()).toEqual(["e", "kid", "kty", "n", "use", "x5t"]);
  expect(Buffer.from(keys[0]?.n ?? "", "base64url")).toHaveLength(256);
});

test("signNotificationToken() sets the given claims, and omits those that are undefined", async () => {
  const token = await setup.simulator.signNotificationToken({ aud: "another-app", tid: undefined });
  expect(decodeJwt(token)).toMatchObject({ aud: "another-app", iss: "https://api.botframework.com" });
  expect(decodeJwt(token)).not.toHaveProperty("tid");
  await expect(verify(token, await publishedKeys())).resolves.toBeDefined();
});

test("after a rotation a new key signs, and tokens of the previous key are still valid", async () => {
  const before = await setup.simulator.signNotificationToken();
  await setup.simulator.rotateKeys();
  const after = await setup.simulator.signNotificationToken();
  expect(decodeProtectedHeader(after).kid).not.toBe(decodeProtectedHeader(before).kid);
  const keys = await publishedKeys();
  await expect(verify(before, keys)).resolves.toBeDefined();
  await expect(verify(after, keys)).resolves.toBeDefined();
});

test("a rotation without keepPrevious leaves one key, and tokens of the previous keys are invalid", async () => {
  const before = await setup.simulator.signNotificationToken();
  await setup.simulator.rotateKeys({ keepPrevious: false });
  const keys = await publishedKeys();
  expect(keys.keys).toHaveLength(1);
  await expect(verify(before, keys)).rejects.toThrow("no applicable key found");
  await expect(verify(await setup.simulator.signNotificationToken(), keys)).resolves.toBeDefined();
});

test("notifications are signed with the newest key at once", async () => {
  const before = await setup.client.createCall();
  await setup.bot.waitFor(({ resourceUrl }) => resourceUrl.endsWith(before));
  await setup.simulator.rotateKeys();
  const callId = await setup.client.createCall();
  const { headers } = await setup.bot.waitFor(({ resourceUrl }) => resourceUrl.endsWith(callId));
  const { keys } = await publishedKeys();
  expect(decodeProtectedHeader(String(headers.authorization).slice("Bearer ".length)).kid).toBe(keys[0]?.kid);
});
