import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createDtmfClient, type DtmfClient } from "@graph-dtmf/client";
import type { CallState, OperationStore } from "@graph-dtmf/models";
import {
  createGraphCallingVerifier,
  createNotificationReceiver,
  createOperationTracker,
  type NotificationReceiver,
  type OperationTracker,
  type VerifiedSender,
} from "@graph-dtmf/notifications";
import { toNodeHandler } from "@graph-dtmf/notifications/node";
import { CallStates } from "./call-states.ts";
import { createCredential } from "./credential.ts";

/** Which Graph, and who we are there. */
export interface GraphConfig {
  graphUrl: string;
  tokenUrl: string;
  /** Default: the one of the calling service. */
  openIdConfigurationUrl?: string | undefined;
  appId: string;
  tenantId: string;
  clientSecret: string;
}

/** How a bot is set up. */
export interface BotConfig extends GraphConfig {
  /** Where to listen on this machine. Default: a free one. */
  port?: number | undefined;
  /** Where Graph reaches this port. Default: directly. */
  publicUrl?: string | undefined;
  /** What it shares with other instances. Default: nothing. */
  store?: OperationStore | undefined;
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
  operations: OperationTracker;
  /** Where it listens on this machine. */
  url: string;
  /** Where Graph posts notifications. */
  callbackUri: string;
  getToken(): Promise<string>;
  /** Resolves once a notification has said so. */
  waitForState(callId: string, state: CallState): Promise<void>;
  close(): Promise<void>;
}

/** Wires a bot by hand; this is all there is to it. */
export async function startBot(config: BotConfig, events: BotEvents): Promise<Bot> {
  const { store, openIdConfigurationUrl } = config;
  const operations = createOperationTracker({ ...(store && { store }) });
  const verifier = createGraphCallingVerifier({
    appId: config.appId,
    tenantIds: [config.tenantId],
    ...(openIdConfigurationUrl !== undefined && { openIdConfigurationUrl }),
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

  const server = createServer(atCalls(toNodeHandler(receiver)));
  server.listen(config.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    dtmf,
    receiver,
    operations,
    getToken,
    url,
    callbackUri: `${config.publicUrl ?? url}${CALLS_PATH}`,
    waitForState: (callId, state) => states.reached(callId, state),
    async close() {
      await stop(server);
      await receiver.drain();
      await Promise.all([dtmf.close(), operations.close()]);
    },
  };
}

const CALLS_PATH = "/api/calls";

/** Notifications come to one path; what else there may be to see is elsewhere. */
function atCalls(receive: RequestListener): RequestListener {
  return (request, response) => {
    if (request.url?.split("?", 1)[0] === CALLS_PATH) receive(request, response);
    else response.writeHead(404).end();
  };
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
