import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Simulator, startSimulator } from "@graph-dtmf/simulator";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Bot, startBot } from "../bot/bot.ts";

/** The example of Graph's documentation, byte for byte. @see Graph v1.0, call: sendDtmfTones */
const documented = (name: string): Promise<Buffer> =>
  readFile(new URL(`./__fixtures__/documented-${name}.json`, import.meta.url));

const CALL = "481f3600-983e-4276-9b59-c1b30ec8d125";
const OPERATION = "d36fe651-9f50-484d-bd4b-1e6415eae448";
const CONTEXT = "e0be71f1-a14f-4cec-b65a-e7aba5db7c53";
/** The documented example has another call id here than in the request. */
const LOCATION = `https://graph.microsoft.com/v1.0/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896/operations/${OPERATION}`;

interface ReceivedRequest {
  path: string | undefined;
  body: unknown;
}

let simulator: Simulator;
/** Sends the documented response. The simulator only issues and signs tokens in this test. */
let graph: Server;
let requests: ReceivedRequest[];
let bot: Bot;

beforeAll(async () => {
  simulator = await startSimulator();
});

beforeEach(async () => {
  requests = [];
  const answer = await documented("response");
  graph = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    requests.push({ path: request.url, body: JSON.parse(Buffer.concat(chunks).toString()) });
    response.writeHead(200, { Location: LOCATION, "Content-Type": "application/json" }).end(answer);
  });
  await new Promise<void>((resolve) => graph.listen(0, "127.0.0.1", resolve));
  const graphUrl = `http://127.0.0.1:${(graph.address() as AddressInfo).port}`;
  bot = await startBot({ ...simulator, graphUrl }, { verified: () => {}, failed: () => {} });
});

afterEach(async () => {
  await bot.close();
  graph.closeAllConnections();
  graph.close();
});

afterAll(() => simulator.close());

async function notify(body: Buffer | string, token?: string): Promise<number> {
  const authorization = `Bearer ${token ?? (await simulator.signNotificationToken())}`;
  const headers = { "Content-Type": "application/json", ...(token !== "" && { authorization }) };
  const { status } = await fetch(bot.callbackUri, { method: "POST", headers, body: new Uint8Array(Buffer.from(body)) });
  return status;
}

describe("the documented exchange", () => {
  const send = () =>
    bot.dtmf.sendDtmfTones(CALL, { tones: "1234567890*#", delayBetweenTonesMs: 1000, clientContext: CONTEXT });

  test("sends the documented request body and parses the documented response", async () => {
    const sent = await send();
    expect(requests).toEqual([
      {
        path: `/v1.0/communications/calls/${CALL}/sendDtmfTones`,
        body: JSON.parse((await documented("request")).toString()),
      },
    ]);
    expect(sent).toMatchObject({ callId: CALL, id: OPERATION, clientContext: CONTEXT, location: LOCATION });
    expect(sent.operation).toEqual({
      "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
      status: "running",
      clientContext: CONTEXT,
      id: OPERATION,
    });
  });

  test.each([
    ["completed-successfully", { outcome: "completed", played: "all" }],
    ["media-operation-canceled", { outcome: "canceled", played: "notAll" }],
    ["unknown", { outcome: "failed", played: "unknown" }],
  ])("the documented notification %s completes the operation", async (ending, outcome) => {
    const sent = await send();
    expect(await notify(await documented(`notification-${ending}`))).toBe(202);
    expect(await sent.completion()).toMatchObject({ ...outcome, operation: { id: OPERATION, clientContext: CONTEXT } });
  });

  test("passes the notification and the tenant of its sender to the handler", async () => {
    const received = new Promise((resolve) => bot.receiver.on("operation", resolve));
    await notify(await documented("notification-unknown"));
    expect(await received).toMatchObject({
      callId: CALL,
      operationId: OPERATION,
      changeType: "deleted",
      tenantId: simulator.tenantId,
      operation: { completionReason: "unknown" },
    });
  });

  test("rejects unauthenticated and malformed notifications, and accepts the next valid one", async () => {
    const sent = await send();
    const body = await documented("notification-completed-successfully");
    const sign = simulator.signNotificationToken;
    const good = await sign();
    const forged = good.slice(0, -8) + [...good.slice(-8)].reverse().join("");
    expect(await notify(body, "")).toBe(401);
    expect(await notify(body, forged)).toBe(401);
    expect(await notify(body, await sign({ exp: 1_000_000_000 }))).toBe(401);
    expect(await notify(body, await sign({ aud: "another" }))).toBe(401);
    expect(await notify(body, await sign({ tid: "another" }))).toBe(401);
    expect(await notify(body, await sign({ tid: undefined }))).toBe(401);
    expect(await notify(body, await sign({ iss: "https://example.com" }))).toBe(401);
    expect(await notify("{}")).toBe(400);
    expect(await notify("4711#")).toBe(400);
    expect(await sent.completion({ timeoutMs: 0 })).toMatchObject({ outcome: "timedOut" });
    expect(await notify(body)).toBe(202);
    expect(await sent.completion()).toMatchObject({ outcome: "completed" });
  });
});
