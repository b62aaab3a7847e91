import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Simulator, startSimulator } from "@graph-dtmf/simulator";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Bot, startBot } from "../bot/bot.ts";

/** The documentation's own bytes. @see Graph v1.0, call: sendDtmfTones */
const documented = (name: string): Promise<Buffer> =>
  readFile(new URL(`./__fixtures__/documented-${name}.json`, import.meta.url));

const CALL = "481f3600-983e-4276-9b59-c1b30ec8d125";
const OPERATION = "d36fe651-9f50-484d-bd4b-1e6415eae448";
const CONTEXT = "e0be71f1-a14f-4cec-b65a-e7aba5db7c53";
/** The documentation's slip: another call than the request's. */
const LOCATION = `https://graph.microsoft.com/v1.0/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896/operations/${OPERATION}`;

interface Received {
  path: string | undefined;
  body: unknown;
}

let simulator: Simulator;
/** Answers as the page does, to the byte. The simulator only gives and signs tokens here. */
let graph: Server;
let received: Received[];
let bot: Bot;

beforeAll(async () => {
  simulator = await startSimulator();
});

beforeEach(async () => {
  received = [];
  const answer = await documented("response");
  graph = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({ path: request.url, body: JSON.parse(Buffer.concat(chunks).toString()) });
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

  test("posts the documented body, and reads the documented answer", async () => {
    const sent = await send();
    expect(received).toEqual([
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
  ])("%s: the documented notification settles the wait", async (ending, outcome) => {
    const sent = await send();
    expect(await notify(await documented(`notification-${ending}`))).toBe(202);
    expect(await sent.completion()).toMatchObject({ ...outcome, operation: { id: OPERATION, clientContext: CONTEXT } });
  });

  test("a handler is told of the notification, with its sender's tenant", async () => {
    const heard = new Promise((resolve) => bot.receiver.on("operation", resolve));
    await notify(await documented("notification-unknown"));
    expect(await heard).toMatchObject({
      callId: CALL,
      operationId: OPERATION,
      changeType: "deleted",
      tenantId: simulator.tenantId,
      operation: { completionReason: "unknown" },
    });
  });

  test("nothing that is not authenticated, or no envelope, gets in; and the bot goes on", async () => {
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
