import { readFileSync } from "node:fs";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { createManualClock } from "@graph-dtmf/models/testing";
import { expect, onTestFinished, test } from "vitest";
import { startSimulator } from "./index.ts";

const pem = (name: string): string =>
  readFileSync(new URL(`./__fixtures__/test-only-${name}.pem`, import.meta.url), "utf8");
const cert = pem("certificate");
const key = pem("key");

test("serves https, posts to https callbacks, and has https URLs", async () => {
  const clock = createManualClock();
  const simulator = await startSimulator({ clock, tls: { cert, key }, callbackCa: cert });
  const states: string[] = [];
  const bot = createServer({ cert, key }, (incoming, response) => {
    let text = "";
    incoming.on("data", (chunk) => {
      text += chunk;
    });
    incoming.on("end", () => {
      states.push(JSON.parse(text).value[0].resourceData.state);
      response.writeHead(202).end();
    });
  });
  await new Promise<void>((resolve) => bot.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    await simulator.close();
    await new Promise((resolve) => bot.close(resolve));
  });
  expect(simulator.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: simulator.appId,
    client_secret: simulator.clientSecret,
    scope: "https://graph.microsoft.com/.default",
  });
  const { access_token } = await post(simulator.tokenUrl, form.toString(), {
    "Content-Type": "application/x-www-form-urlencoded",
  });
  const body = {
    callbackUri: `https://localhost:${(bot.address() as AddressInfo).port}/`,
    tenantId: simulator.tenantId,
    mediaConfig: { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
    targets: [{ identity: { user: { id: "u" } } }],
  };
  const call = await post(`${simulator.url}/v1.0/communications/calls`, JSON.stringify(body), {
    Authorization: `Bearer ${access_token}`,
    "Content-Type": "application/json",
  });
  expect(call["@odata.context"]).toMatch(`${simulator.url}/v1.0/`);
  await clock.advance(500);
  await simulator.settled();
  expect(simulator.undelivered).toEqual([]);
  expect(states).toEqual(["establishing", "established"]);
});

test("rejects a callback with a certificate of an unknown authority", async () => {
  const simulator = await startSimulator({ speed: 1000 });
  const bot = createServer({ cert, key }, (_, response) => response.writeHead(202).end());
  await new Promise<void>((resolve) => bot.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    await simulator.close();
    await new Promise((resolve) => bot.close(resolve));
  });
  simulator.incoming({ callbackUri: `https://localhost:${(bot.address() as AddressInfo).port}/` });
  await simulator.settled();
  expect(simulator.undelivered).toMatchObject([{ reason: expect.stringContaining("self-signed certificate") }]);
});

function post(url: string, body: string, headers: Record<string, string>): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    const clientRequest = request(url, { method: "POST", ca: cert, headers, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve(JSON.parse(text)));
    });
    clientRequest.on("error", reject);
    clientRequest.end(body);
  });
}
