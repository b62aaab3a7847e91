import { createRemoteJWKSet, jwtVerify } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestSetup, type TestSetup } from "../__fixtures__/test-setup.ts";

let setup: TestSetup;
beforeAll(async () => {
  setup = await createTestSetup();
});
afterAll(() => setup.close());

const read = (tenant: string) =>
  setup.client.request("GET", `/${tenant}/v2.0/.well-known/openid-configuration`, { headers: { Authorization: "" } });

test("whoever knows the authority finds out where tokens come from, and what they are signed with", async () => {
  const { simulator, client, clock } = setup;
  const { status, body } = await read(simulator.tenantId);
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

test("in another tenant nothing is found, in the identity service's own words", async () => {
  const { status, body } = await read("common");
  expect(status).toBe(400);
  expect(body).toMatchObject({ error: "invalid_tenant", error_codes: [90002] });
});
