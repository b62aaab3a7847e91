import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createDtmfClient, type DtmfClient } from "@graph-dtmf/client";
import { formatTones, TONES } from "@graph-dtmf/models";
import { createManualClock } from "@graph-dtmf/models/testing";
import {
  createGraphCallingVerifier,
  createNotificationReceiver,
  createOperationTracker,
  type OperationTracker,
} from "@graph-dtmf/notifications";
import { toNodeHandler } from "@graph-dtmf/notifications/node";
import { type Simulator, startSimulator } from "@graph-dtmf/simulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CallStates } from "../bot/call-states.ts";

const CALLS = 50;
const SENDS = 1_000;
/** Of every so many notifications one goes astray. */
const ASTRAY = ["duplicate", "early", "reorder", "batch"] as const;

let simulator: Simulator;
let operations: OperationTracker;
let dtmf: DtmfClient;
let callbackUri: string;
let states: CallStates;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  simulator = await startSimulator({ speed: 500, callbackTimeoutMs: 60_000 });
  // On a clock that stands still no wait is too long: what is proved is whose end each gets, on however busy a machine.
  operations = createOperationTracker({ clock: createManualClock() });
  dtmf = createDtmfClient({ baseUrl: simulator.url, credential: simulator.credential, operations });
  const verifier = createGraphCallingVerifier({
    appId: simulator.appId,
    tenantIds: [simulator.tenantId],
    openIdConfigurationUrl: simulator.openIdConfigurationUrl,
  });
  const receiver = createNotificationReceiver({ verifier, operations });
  states = new CallStates();
  receiver.on("call", ({ callId, call }) => states.set(callId, call.state));
  const server = createServer(toNodeHandler(receiver)).listen(0, "127.0.0.1");
  await once(server, "listening");
  callbackUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/calls`;
  closing.push(
    () => dtmf.close(),
    () => operations.close(),
    () => simulator.close(),
    async () => {
      server.closeAllConnections();
      server.close();
    },
  );
});

afterAll(async () => {
  for (const close of closing) await close();
});

async function call(): Promise<string> {
  const { tenantId } = simulator;
  const { id } = await dtmf.calls.create({ callbackUri, tenantId, targets: [{ user: { id: "somebody" } }] });
  await states.waitFor(id, "established");
  return id;
}

test("1,000 sends on 50 calls, among each other: each wait gets its own end, each call hears its keys in order", async () => {
  const calls = await Promise.all(Array.from({ length: CALLS }, call));
  for (let n = 0; n < 100; n++)
    simulator.faults.next({ on: "notification", deliver: ASTRAY[n % ASTRAY.length] ?? "early" });
  const sends = Array.from({ length: SENDS }, (_, n) => ({
    callId: calls[(n * 7) % CALLS] ?? "",
    tones: [TONES[n % 12] ?? "star", TONES[(n * 5) % 12] ?? "star"] as const,
    clientContext: `send ${n}`,
  }));

  const ends = await Promise.all(
    sends.map(async ({ callId, ...request }) => {
      const sent = await dtmf.sendDtmfTones(callId, request, { timeoutMs: 600_000 });
      return { sent, outcome: await sent.completion() };
    }),
  );

  for (const [n, { sent, outcome }] of ends.entries()) {
    const send = sends[n];
    expect(sent).toMatchObject({ callId: send?.callId, clientContext: send?.clientContext });
    expect(outcome).toMatchObject({
      outcome: "completed",
      operation: { id: sent.id, clientContext: send?.clientContext },
    });
  }
  expect(new Set(ends.map(({ sent }) => sent.id)).size).toBe(SENDS);
  expect(simulator.requests.filter(({ action }) => action === "sendDtmfTones")).toHaveLength(SENDS);
  for (const callId of calls) {
    const sent = sends.filter((send) => send.callId === callId).flatMap(({ tones }) => tones);
    expect(formatTones(simulator.call(callId).heard)).toBe(formatTones(sent));
  }
  expect(operations.pending).toBe(0);
}, 120_000);
