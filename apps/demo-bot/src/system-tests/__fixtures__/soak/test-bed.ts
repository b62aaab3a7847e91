import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createDtmfClient, type DtmfClient } from "@graph-dtmf/client";
import {
  createGraphCallingVerifier,
  createNotificationReceiver,
  createOperationTracker,
  type OperationTracker,
} from "@graph-dtmf/notifications";
import { toNodeHandler } from "@graph-dtmf/notifications/node";
import { type Simulator, startSimulator } from "@graph-dtmf/simulator";
import { NetworkActivity } from "./network-activity.ts";
import { createSteppedClock, type SteppedClock } from "./stepped-clock.ts";

/** A bot and a simulator with real sockets and one simulated clock. */
export interface TestBed {
  clock: SteppedClock;
  simulator: Simulator;
  dtmf: DtmfClient;
  operations: OperationTracker;
  callbackUri: string;
  /** While true, the server of the bot resets every connection. */
  isDown: boolean;
  close(): Promise<void>;
}

/** Starts the bot and the simulator. The clock starts at `startMs`. */
export async function openTestBed(startMs: number): Promise<TestBed> {
  // The first client loads modules, which is not visible to NetworkActivity. close() waits for that.
  await createDtmfClient({ credential: async () => "" }).close();
  const activity = new NetworkActivity();
  const clock = createSteppedClock(startMs, activity.waitForQuiet);
  const simulator = await startSimulator({ clock });
  const operations = createOperationTracker({ clock });
  const { appId, tenantId, openIdConfigurationUrl, credential, url: baseUrl } = simulator;
  const verifier = createGraphCallingVerifier({ appId, tenantIds: [tenantId], openIdConfigurationUrl, clock });
  const receiver = createNotificationReceiver({ verifier, operations, clock });
  const receive = toNodeHandler(receiver, { clock });
  const server = createServer((request, response) => {
    if (testBed.isDown) request.socket.resetAndDestroy();
    else receive(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const dtmf = createDtmfClient({ baseUrl, credential, operations, clock });
  const testBed: TestBed = {
    clock,
    simulator,
    dtmf,
    operations,
    callbackUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/calls`,
    isDown: false,
    async close() {
      await dtmf.close();
      await simulator.close();
      await receiver.drain();
      await operations.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      activity.close();
    },
  };
  return testBed;
}
