import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestSetup, type TestSetup } from "../__fixtures__/test-setup.ts";

let setup: TestSetup;
beforeAll(async () => {
  setup = await createTestSetup();
});
afterAll(() => setup.close());

test("an application gets a token for Graph that is valid for an hour", async () => {
  const { client, simulator, clock } = setup;
  const reply = await client.requestToken();
  expect(reply.status).toBe(200);
  expect(reply.headers.get("cache-control")).toContain("no-store");
  expect(reply.body).toEqual({
    token_type: "Bearer",
    expires_in: 3599,
    ext_expires_in: 3599,
    access_token: expect.any(String),
  });
  const nowSec = Math.floor(clock.now() / 1000);
  expect(decodeJwt(reply.body.access_token)).toMatchObject({
    aud: "https://graph.microsoft.com",
    appid: simulator.appId,
    tid: simulator.tenantId,
    idtyp: "app",
    roles: expect.arrayContaining(["Calls.Initiate.All", "Calls.AccessMedia.All"]),
    iat: nowSec,
    exp: nowSec + 3600,
  });
  expect(decodeProtectedHeader(reply.body.access_token)).toMatchObject({ typ: "JWT" });
});

test("all tokens differ", async () => {
  const [one, other] = await Promise.all([setup.client.requestToken(), setup.client.requestToken()]);
  expect(one.body.access_token).not.toBe(other.body.access_token);
});

test("the secret can be sent as HTTP Basic", async () => {
  const { simulator } = setup;
  const response = await fetch(simulator.tokenUrl, {
    method: "POST",
    headers: {
      Authorization: `Basic ${Buffer.from(`${simulator.appId}:${simulator.clientSecret}`).toString("base64")}`,
    },
    body: new URLSearchParams({ grant_type: "client_credentials", scope: "https://graph.microsoft.com/.default" }),
  });
  expect(response.status).toBe(200);
});

describe("rejects a token request in the format of the identity service", () => {
  test.each<[string, Record<string, string>, string]>([
    ["with a wrong secret", { client_secret: "guess" }, "401 invalid_client 7000215"],
    ["with a wrong secret of the right length", { client_secret: "0".repeat(36) }, "401 invalid_client 7000215"],
    ["without a secret", { client_secret: "" }, "401 invalid_client 7000216"],
    [
      "of an unknown application",
      { client_id: "2891555a-92ff-42e6-80fa-6e1300c6b5c6" },
      "400 unauthorized_client 700016",
    ],
    ["without client_id", { client_id: "" }, "400 invalid_request 900144"],
    ["with another grant type", { grant_type: "password" }, "400 unsupported_grant_type 70003"],
    ["without a grant type", { grant_type: "" }, "400 invalid_request 900144"],
    ["without a scope", { scope: "" }, "400 invalid_request 900144"],
    ["with a delegated scope", { scope: "https://graph.microsoft.com/User.Read" }, "400 invalid_scope 1002012"],
  ])("%s", async (_, overrides, expected) => {
    const reply = await setup.client.requestToken(overrides);
    const [status, error, aadsts] = expected.split(" ");
    expect(reply.status).toBe(Number(status));
    expect(reply.body).toMatchObject({
      error,
      error_codes: [Number(aadsts)],
      error_description: expect.stringMatching(new RegExp(`^AADSTS${aadsts}: .+ Trace ID: .+ Correlation ID: .+`)),
      timestamp: "2023-11-14 22:13:20Z",
      trace_id: expect.any(String),
      correlation_id: expect.any(String),
    });
    expect(reply.body).not.toHaveProperty("error.code");
  });

  test("for another tenant", async () => {
    const tenant = "0f27eb4d-a4e1-4b95-9a3d-06c0b5a5f1a7";
    const reply = await setup.client.requestToken(
      {},
      setup.simulator.tokenUrl.replace(setup.simulator.tenantId, tenant),
    );
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({ error: "invalid_request", error_codes: [90002] });
  });

  test("as JSON", async () => {
    const { simulator } = setup;
    const response = await fetch(simulator.tokenUrl, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ grant_type: "client_credentials", client_id: simulator.appId }),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: "invalid_request" });
  });
});

test("the secret is not recorded", async () => {
  const { simulator } = setup;
  await fetch(`${simulator.tokenUrl}?client_secret=${simulator.clientSecret}`, { method: "POST" });
  expect(JSON.stringify(simulator.requests)).not.toContain(simulator.clientSecret);
});

const readTenantConfiguration = (tenant: string) =>
  setup.client.request("GET", `/${tenant}/v2.0/.well-known/openid-configuration`, { headers: { Authorization: "" } });

test("the tenant's OpenID configuration contains the token endpoint and the keys of access tokens", async () => {
  const { simulator, client, clock } = setup;
  const { status, body } = await readTenantConfiguration(simulator.tenantId);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    issuer: `${simulator.url}/${simulator.tenantId}/v2.0`,
    authorization_endpoint: `${simulator.url}/${simulator.tenantId}/oauth2/v2.0/authorize`,
    token_endpoint: simulator.tokenUrl,
  });
  const keys = createRemoteJWKSet(new URL(body.jwks_uri));
  const { payload } = await jwtVerify(client.token, keys, { currentDate: new Date(clock.now()) });
  expect(payload.appid).toBe(simulator.appId);
  expect(await (await fetch(body.jwks_uri)).text()).not.toContain('"d"');
});

test("the OpenID configuration of another tenant is an error of the identity service", async () => {
  const { status, body } = await readTenantConfiguration("common");
  expect(status).toBe(400);
  expect(body).toMatchObject({ error: "invalid_tenant", error_codes: [90002] });
});
