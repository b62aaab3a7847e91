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

/** The addresses of Graph, and the identity that the bot has there. */
export interface GraphConfig {
  graphUrl: string;
  tokenUrl: string;
  /** Where the keys of notification tokens are published. Default: the address of the Graph calling service. */
  openIdConfigurationUrl?: string | undefined;
  appId: string;
  tenantId: string;
  clientSecret: string;
}

/** The configuration of a bot. */
export interface BotConfig extends GraphConfig {
  /** The port to listen on. Default: a free one. */
  port?: number | undefined;
  /** The address at which Graph reaches this port. Default: `http://127.0.0.1` with the port. */
  publicUrl?: string | undefined;
  /** The store that this bot shares with other instances. Default: one in memory. */
  store?: OperationStore | undefined;
}

/** Callbacks of a bot. */
export interface BotEvents {
  /** The token of a notification was verified. */
  verified(sender: VerifiedSender): void;
  /** A request was refused, or a handler failed. */
  failed(error: unknown): void;
}

/** A bot that sends tones: a client, a notification receiver, and the tracker that both share. */
export interface Bot {
  dtmf: DtmfClient;
  receiver: NotificationReceiver;
  operations: OperationTracker;
  /** The address that the bot listens on. */
  url: string;
  /** The address that Graph posts notifications to. */
  callbackUri: string;
  /** Returns an access token for Graph. */
  getToken(): Promise<string>;
  /** Resolves when a notification has reported the state. */
  waitForState(callId: string, state: CallState): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts an HTTP server that receives notifications, and the client that sends requests. Without
 * `createCallingBot` of `@graph-dtmf/bot`, this is all the code that a bot needs.
 */
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

  const server = createServer(routeCalls(toNodeHandler(receiver)));
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
    waitForState: (callId, state) => states.waitFor(callId, state),
    async close() {
      await stop(server);
      await receiver.drain();
      await Promise.all([dtmf.close(), operations.close()]);
    },
  };
}

const CALLS_PATH = "/api/calls";

/** Passes requests for the notification path to the receiver, and answers all others with 404. */
function routeCalls(handle: RequestListener): RequestListener {
  return (request, response) => {
    if (request.url?.split("?", 1)[0] === CALLS_PATH) handle(request, response);
    else response.writeHead(404).end();
  };
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
