import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createDtmfClient, type DtmfClient } from "@graph-dtmf/client";
import type { CallState } from "@graph-dtmf/models";
import {
  createGraphCallingVerifier,
  createNotificationReceiver,
  createOperationTracker,
  type NotificationReceiver,
  type VerifiedSender,
} from "@graph-dtmf/notifications";
import { toNodeHandler } from "@graph-dtmf/notifications/node";
import { CallStates } from "./call-states.ts";
import { createCredential } from "./credential.ts";

/** Which Graph, and who we are there. */
export interface BotConfig {
  graphUrl: string;
  tokenUrl: string;
  openIdConfigurationUrl: string;
  appId: string;
  tenantId: string;
  clientSecret: string;
}

/** What a bot tells of itself. */
export interface BotEvents {
  /** A notification came in, and this is who sent it. */
  verified(sender: VerifiedSender): void;
  failed(error: unknown): void;
}

/** A bot that presses keys: a client that sends, a receiver that hears, and the tracker that both know. */
export interface Bot {
  dtmf: DtmfClient;
  receiver: NotificationReceiver;
  /** Where Graph posts notifications. */
  callbackUri: string;
  getToken(): Promise<string>;
  /** Resolves once a notification has said so. */
  waitForState(callId: string, state: CallState): Promise<void>;
  close(): Promise<void>;
}

/** Wires a bot by hand; this is all there is to it. */
export async function startBot(config: BotConfig, events: BotEvents): Promise<Bot> {
  const operations = createOperationTracker();
  const verifier = createGraphCallingVerifier({
    appId: config.appId,
    tenantIds: [config.tenantId],
    openIdConfigurationUrl: config.openIdConfigurationUrl,
  });
  const receiver = createNotificationReceiver({
    operations,
    onError: events.failed,
    verifier: {
      async verify(authorization) {
        const sender = await verifier.verify(authorization);
        events.verified(sender);
        return sender;
      },
    },
  });
  const states = new CallStates();
  receiver.on("call", ({ callId, call }) => states.set(callId, call.state));

  const getToken = createCredential({ ...config, clientId: config.appId });
  const dtmf = createDtmfClient({ baseUrl: config.graphUrl, credential: getToken, operations });

  const server = createServer(toNodeHandler(receiver));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    dtmf,
    receiver,
    getToken,
    callbackUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/calls`,
    waitForState: (callId, state) => states.reached(callId, state),
    async close() {
      await stop(server);
      await receiver.drain();
      await Promise.all([dtmf.close(), operations.close()]);
    },
  };
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
