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
/** How the simulator delivers the first 100 notifications, in rotation. */
const DELIVERIES = ["duplicate", "early", "reorder", "batch"] as const;

let simulator: Simulator;
let operations: OperationTracker;
let dtmf: DtmfClient;
let callbackUri: string;
let states: CallStates;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  simulator = await startSimulator({ speed: 500, callbackTimeoutMs: 60_000 });
  // The clock does not advance, so that no wait times out on a slow machine.
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

async function createCall(): Promise<string> {
  const { tenantId } = simulator;
  const { id } = await dtmf.calls.create({ callbackUri, tenantId, targets: [{ user: { id: "a-user" } }] });
  await states.waitFor(id, "established");
  return id;
}

test("matches 1,000 concurrent sends on 50 calls with their outcomes, and plays the tones of each call in order", async () => {
  const calls = await Promise.all(Array.from({ length: CALLS }, createCall));
  for (let n = 0; n < 100; n++)
    simulator.faults.next({ on: "notification", deliver: DELIVERIES[n % DELIVERIES.length] ?? "early" });
  const sends = Array.from({ length: SENDS }, (_, n) => ({
    callId: calls[(n * 7) % CALLS] ?? "",
    tones: [TONES[n % 12] ?? "star", TONES[(n * 5) % 12] ?? "star"] as const,
    clientContext: `send ${n}`,
  }));

  const completions = await Promise.all(
    sends.map(async ({ callId, ...request }) => {
      const sent = await dtmf.sendDtmfTones(callId, request, { timeoutMs: 600_000 });
      return { sent, outcome: await sent.completion() };
    }),
  );

  for (const [n, { sent, outcome }] of completions.entries()) {
    const send = sends[n];
    expect(sent).toMatchObject({ callId: send?.callId, clientContext: send?.clientContext });
    expect(outcome).toMatchObject({
      outcome: "completed",
      operation: { id: sent.id, clientContext: send?.clientContext },
    });
  }
  expect(new Set(completions.map(({ sent }) => sent.id)).size).toBe(SENDS);
  expect(simulator.requests.filter(({ action }) => action === "sendDtmfTones")).toHaveLength(SENDS);
  for (const callId of calls) {
    const sent = sends.filter((send) => send.callId === callId).flatMap(({ tones }) => tones);
    expect(formatTones(simulator.call(callId).heard)).toBe(formatTones(sent));
  }
  expect(operations.pending).toBe(0);
}, 120_000);
