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
import { Network } from "./network-activity.ts";
import { createSteppedClock, type SteppedClock } from "./stepped-clock.ts";

/** A bot and a Graph, on real sockets, and one time for both. */
export interface World {
  clock: SteppedClock;
  simulator: Simulator;
  dtmf: DtmfClient;
  operations: OperationTracker;
  callbackUri: string;
  /** While it is down, the bot's callback breaks every connection. */
  isDown: boolean;
  close(): Promise<void>;
}

export async function openWorld(startMs: number): Promise<World> {
  // What a client loads it has loaded when it is closed: before the time begins, which takes no note of that.
  await createDtmfClient({ credential: async () => "" }).close();
  const network = new Network();
  const clock = createSteppedClock(startMs, network.quiet);
  const simulator = await startSimulator({ clock });
  const operations = createOperationTracker({ clock });
  const { appId, tenantId, openIdConfigurationUrl, credential, url: baseUrl } = simulator;
  const verifier = createGraphCallingVerifier({ appId, tenantIds: [tenantId], openIdConfigurationUrl, clock });
  const receiver = createNotificationReceiver({ verifier, operations, clock });
  const receive = toNodeHandler(receiver, { clock });
  const server = createServer((request, response) => {
    if (world.isDown) request.socket.resetAndDestroy();
    else receive(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const dtmf = createDtmfClient({ baseUrl, credential, operations, clock });
  const world: World = {
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
      network.close();
    },
  };
  return world;
}
