import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createDtmfClient } from "@graph-dtmf/client";
import { createManualClock, type ManualClock } from "@graph-dtmf/models/testing";
import {
  createGraphCallingVerifier,
  createNotificationReceiver,
  createOperationTracker,
} from "@graph-dtmf/notifications";
import { toNodeHandler } from "@graph-dtmf/notifications/node";
import { type FarEndOption, type SimulatedCall, type Simulator, startSimulator } from "@graph-dtmf/simulator";
import { onTestFinished } from "vitest";
import { type CallingBot, createCallingBot } from "../bot.ts";
import type { BotCall } from "../bot-call.ts";
import { SharedLeases } from "./shared-leases.ts";

/** A bot and a simulator that communicate over HTTP. The clock of the calls advances only by a test. */
export interface BotFixture {
  bot: CallingBot;
  simulator: Simulator;
  clock: ManualClock;
  callbackUri: string;
  errors: unknown[];
  /** The leases of the shared store, with `hasSharedLeases`. */
  leases: SharedLeases;
  /** Advances the clock until the promise settles. */
  advanceUntil<T>(promise: Promise<T>): Promise<T>;
  /** Waits for I/O until the condition is true, without advancing the clock. */
  eventually(condition: () => boolean): Promise<void>;
  /** Returns both ends of an established call. */
  establish(): Promise<{ call: BotCall; farEnd: SimulatedCall }>;
}

const STEP_MS = 50;

interface BotFixtureOptions {
  farEnd?: FarEndOption;
  hasSharedLeases?: boolean;
}

export async function startBot({ farEnd, hasSharedLeases = false }: BotFixtureOptions = {}): Promise<BotFixture> {
  const clock = createManualClock();
  const simulator = await startSimulator({ clock, ...(farEnd && { farEnd }) });
  const operations = createOperationTracker({ clock });
  // The client uses the real clock because its requests go over sockets.
  const dtmf = createDtmfClient({ baseUrl: simulator.url, credential: simulator.credential, operations });
  const verifier = createGraphCallingVerifier({ ...simulator, tenantIds: [simulator.tenantId], clock });
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const receiver = createNotificationReceiver({ verifier, operations, clock, onError });
  const server = createServer(toNodeHandler(receiver));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const callbackUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const { tenantId } = simulator;
  const leases = new SharedLeases(clock);
  const shared = hasSharedLeases && { store: { leases: leases.instance() } };
  const bot = createCallingBot({ dtmf, receiver, operations, callbackUri, tenantId, clock, onError, ...shared });
  onTestFinished(async () => {
    await bot.close();
    await operations.close();
    await dtmf.close();
    await simulator.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const advanceUntil: BotFixture["advanceUntil"] = async (promise) => {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    promise.then(settle, settle);
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await simulator.settled();
      if (isSettled) return promise;
      await clock.advance(STEP_MS);
    }
  };
  return {
    bot,
    simulator,
    clock,
    callbackUri,
    errors,
    leases,
    advanceUntil,
    async eventually(condition) {
      while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
    },
    async establish() {
      const call = await bot.createCall({ targets: [{ phone: { id: "+15550100" } }] });
      await advanceUntil(call.waitFor("established"));
      return { call, farEnd: simulator.call(call.id) };
    },
  };
}
