import { createDtmfClient, type DtmfClient } from "@graph-dtmf/client";
import { type Simulator, startSimulator } from "@graph-dtmf/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runExample } from "./__fixtures__/run-example.ts";

let simulator: Simulator;
let dtmf: DtmfClient;

beforeAll(async () => {
  simulator = await startSimulator({ speed: 20 });
  dtmf = createDtmfClient({ baseUrl: simulator.url, credential: simulator.credential });
});

afterAll(async () => {
  await dtmf.close();
  await simulator.close();
});

async function serve(name: string) {
  const example = await runExample(name, {
    APP_ID: simulator.appId,
    TENANT_ID: simulator.tenantId,
    OPENID_CONFIGURATION_URL: simulator.openIdConfigurationUrl,
    PORT: "0",
  });
  const port = /port: (\d+)/.exec(await example.line(/listening/))?.[1];
  const url = `http://127.0.0.1:${port}/api/calls`;
  const post = async (authorization: string, contentType = "application/json; charset=utf-8"): Promise<number> => {
    const headers = { "content-type": contentType, ...(authorization && { authorization }) };
    return (await fetch(url, { method: "POST", headers, body: '{"value":[]}' })).status;
  };
  return { ...example, url, post };
}

describe.each(["node-http", "express", "express-json", "fastify", "hono"])("the example %s", (name) => {
  it("receives the notifications of a call, and rejects unauthenticated requests", { timeout: 60_000 }, async () => {
    const { url, line, post } = await serve(name);
    const call = await dtmf.calls.create({
      callbackUri: url,
      tenantId: simulator.tenantId,
      targets: [{ user: { id: "112f7296-5fa4-42ca-bae8-6a692b15d4b8" } }],
    });
    await line(new RegExp(`^${call.id} established$`));
    await dtmf.subscribeToTone(call.id);
    simulator.call(call.id).press("5");
    await line(new RegExp(`^${call.id} a key was pressed$`));
    await dtmf.sendDtmfTones(call.id, { tones: "42#" });
    await line(new RegExp(`^${call.id} completed$`));
    await dtmf.calls.hangUp(call.id);
    await line(new RegExp(`^${call.id} terminated$`));
    await simulator.settled();
    expect(simulator.undelivered).toEqual([]);

    const valid = `Bearer ${await simulator.signNotificationToken()}`;
    const otherAudience = `Bearer ${await simulator.signNotificationToken({ aud: "another-bot" })}`;
    expect([await post(valid), await post(otherAudience), await post("")]).toEqual([202, 401, 401]);
    // express.json() supports only UTF charsets.
    const status = await post(valid, "application/json; charset=Windows-1252");
    expect(status).toBe(name === "express-json" ? 415 : 202);
  });
});

describe("the example node-http", () => {
  it("exits with code 0 after SIGTERM", { timeout: 60_000 }, async () => {
    const { stop, ended } = await serve("node-http");
    stop();
    expect(await ended()).toBe(0);
  });
});
