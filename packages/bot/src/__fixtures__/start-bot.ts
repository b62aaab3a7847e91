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

/** A bot and a simulator that communicate over HTTP. The time of the calls stands still until a test moves it. */
export interface Scene {
  bot: CallingBot;
  simulator: Simulator;
  clock: ManualClock;
  callbackUri: string;
  errors: unknown[];
  /** The leases of a store that instances share, if the bot has one. */
  leases: SharedLeases;
  /** Moves the time until the promise settles. */
  until<T>(promise: Promise<T>): Promise<T>;
  /** Waits, while the time stands still, until running I/O has made the condition true. */
  eventually(holds: () => boolean): Promise<void>;
  /** An established call, seen from both ends. */
  establish(): Promise<{ call: BotCall; farEnd: SimulatedCall }>;
}

const STEP_MS = 50;

export interface SceneOptions {
  farEnd?: FarEndOption;
  isOneOfMany?: boolean;
}

export async function startBot({ farEnd, isOneOfMany = false }: SceneOptions = {}): Promise<Scene> {
  const clock = createManualClock();
  const simulator = await startSimulator({ clock, ...(farEnd && { farEnd }) });
  const operations = createOperationTracker({ clock });
  // In real time: sockets need it.
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
  const shared = isOneOfMany && { store: { leases: leases.instance() } };
  const bot = createCallingBot({ dtmf, receiver, operations, callbackUri, tenantId, clock, onError, ...shared });
  onTestFinished(async () => {
    await bot.close();
    await operations.close();
    await dtmf.close();
    await simulator.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const until: Scene["until"] = async (promise) => {
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
    until,
    async eventually(holds) {
      while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
    },
    async establish() {
      const call = await bot.createCall({ targets: [{ phone: { id: "+15550100" } }] });
      await until(call.waitFor("established"));
      return { call, farEnd: simulator.call(call.id) };
    },
  };
}
