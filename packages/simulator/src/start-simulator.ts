import { randomUUID } from "node:crypto";
import { DtmfError, systemClock } from "@graph-dtmf/models";
import { Notifier } from "./callbacks/notifier.ts";
import type { CallSession } from "./calls/call-session.ts";
import { Calls } from "./calls/calls.ts";
import { createFarEndView } from "./calls/far-end-view.ts";
import { FaultQueue } from "./faults/fault-queue.ts";
import { listen } from "./http/http-listener.ts";
import { AccessTokens } from "./identity/access-tokens.ts";
import { NotificationTokens, type TokenFlaw } from "./identity/notification-tokens.ts";
import { generateSigningKey } from "./identity/signing-key.ts";
import { createSimulatorCredential } from "./identity/simulator-credential.ts";
import { isCallbackUri } from "./schema/callback-uri.ts";
import { ScaledClock } from "./schema/scaled-clock.ts";
import { handleControlRequest } from "./server/control-api.ts";
import { RequestHandler } from "./server/request-handler.ts";
import { RequestJournal } from "./server/request-journal.ts";
import type { IncomingCall, Simulator, SimulatorOptions } from "./server/simulator.ts";

/** The default caller. */
const DEFAULT_CALLER = {
  user: { "@odata.type": "#microsoft.graph.identity", id: "8d1e6ab6-26c5-4e22-a1bc-06ea7343958e" },
};

/** All application permissions of a calling bot. */
const ALL_ROLES = [
  "Calls.AccessMedia.All",
  "Calls.Initiate.All",
  "Calls.InitiateGroupCall.All",
  "Calls.JoinGroupCall.All",
];

/**
 * Starts a simulator of the Graph calling service: real HTTP, real tokens, signed notifications.
 *
 * @throws TypeError for an invalid speed. Rejects if the port is in use.
 *
 * @example
 * const simulator = await startSimulator({ speed: 20 });
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { clock = systemClock, host = "127.0.0.1", port = 0, log = () => {}, roles = ALL_ROLES } = options;
  const { appId = randomUUID(), tenantId = randomUUID(), clientSecret = randomUUID() } = options;
  const scaledClock = new ScaledClock(clock, options.speed ?? 1);
  const now = (): number => clock.now();
  const accessTokens = new AccessTokens(clock, { appId, tenantId, roles });
  const notificationTokens = new NotificationTokens(clock, { appId, tenantId }, await generateSigningKey());
  const authorization = (flaw?: TokenFlaw): Promise<string | undefined> => notificationTokens.authorization(flaw);
  const { callbackTimeoutMs: timeoutMs = 10_000, callbackCa: ca } = options;
  const notifier = new Notifier({ authorization, now, log, timeoutMs, ca });
  const faults = new FaultQueue();
  const calls = new Calls({ clock: scaledClock, notifier, faults, appId, tenantId, farEnd: options.farEnd });
  const journal = new RequestJournal();
  const credentials = { appId, tenantId, clientSecret };
  const actionContext = { calls, faults, tenantId };
  const wait = (ms: number): Promise<void> => new Promise((resolve) => scaledClock.schedule(now() + ms, resolve));
  const requestHandler = new RequestHandler({
    credentials,
    accessTokens,
    notificationTokens,
    actionContext,
    journal,
    now,
    wait,
    log,
    handleControlRequest: (request) => handleControlRequest(simulator, request),
  });
  const listener = await listen({ host, port, tls: options.tls, handle: (request) => requestHandler.handle(request) });
  const url = `${options.tls ? "https" : "http"}://${toUrlHost(host)}:${listener.port}`;

  const tokenUrl = `${url}/${tenantId}/oauth2/v2.0/token`;

  const simulator: Simulator = {
    url,
    tokenUrl,
    openIdConfigurationUrl: `${url}/v1/.well-known/OpenIdConfiguration`,
    appId,
    tenantId,
    clientSecret,
    credential: createSimulatorCredential({ tokenUrl, appId, clientSecret, clock, certificate: options.tls?.cert }),
    requests: journal.entries,
    undelivered: notifier.undelivered,
    faults,
    call: (callId) => createFarEndView(findCall(calls, callId)),
    incoming: (call) => createFarEndView(startIncoming(calls, call)),
    signNotificationToken: async (claims) => notificationTokens.sign(claims),
    rotateKeys: ({ keepPrevious = true } = {}) => notificationTokens.rotate({ keepPrevious }),
    settled: () => notifier.settled(),
    async reset() {
      calls.discardAll();
      faults.clear();
      await notifier.abort();
      journal.clear();
      notifier.undelivered.length = 0;
    },
    async close() {
      calls.discardAll();
      scaledClock.stop();
      await Promise.all([listener.close(), notifier.close()]);
    },
  };
  return simulator;
}

function findCall(calls: Calls, callId: string): CallSession {
  const call = calls.find(callId);
  if (!call) throw new DtmfError("unknown_call", "there is no call of that id in the simulator");
  return call;
}

function startIncoming(calls: Calls, { callbackUri, from = DEFAULT_CALLER, farEnd }: IncomingCall): CallSession {
  if (!isCallbackUri(callbackUri)) {
    throw new DtmfError("invalid_request", "callbackUri must be an https URL, or an http URL of this machine");
  }
  const call = calls.createIncoming(callbackUri, from, farEnd);
  call.startIncoming();
  return call;
}

/** The host for URLs of a server that listens on `host`. */
function toUrlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
