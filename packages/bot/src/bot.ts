import { setMaxListeners } from "node:events";
import type { CreateCallRequest, DtmfClient, RequestOptions } from "@graph-dtmf/client";
import { systemClock } from "@graph-dtmf/models";
import type { NotificationReceiver, OperationTracker } from "@graph-dtmf/notifications";
import type { BotCall } from "./bot-call.ts";
import { BotCalls } from "./bot-calls.ts";
import { type BotOptions, type BotParts, createParts } from "./bot-options.ts";
import { createErrorReporter } from "./error-reporter.ts";
import { IncomingCallDispatcher } from "./incoming-call-dispatcher.ts";

/** A call to create. `callbackUri` and `tenantId` default to the bot's. */
export type CreateBotCallRequest = (CreateCallRequest extends infer Request
  ? Request extends unknown
    ? Omit<Request, "callbackUri" | "tenantId">
    : never
  : never) &
  Partial<Pick<CreateCallRequest, "callbackUri" | "tenantId">>;

/** A bot that dials and collects keys in calls. Its methods need no `this`. */
export interface CallingBot {
  readonly dtmf: DtmfClient;
  readonly receiver: NotificationReceiver;
  readonly operations: OperationTracker;
  /** Handles Graph's notifications on Request/Response platforms. On Node: `toNodeHandler(bot.receiver)`. */
  readonly fetch: NotificationReceiver["fetch"];
  /**
   * Calls the handler for each incoming call, which must be answered or rejected within 15 s. The bot does not wait
   * for the handler, so it may run as long as the call. Its errors go to `onError`.
   *
   * @returns a function that removes the handler.
   */
  on(event: "incoming", handler: (call: BotCall) => unknown): () => void;
  /** Creates a call, or joins a meeting. Resolves when Graph has accepted the request. */
  createCall(request: CreateBotCallRequest, options?: RequestOptions): Promise<BotCall>;
  /**
   * Returns the call with that id, also if another instance created it.
   *
   * @param options The `tenantId` of the call, for bots with several tenants.
   */
  call(callId: string, options?: { tenantId?: string }): BotCall;
  /**
   * Ends all waits and keepAlive requests, and closes the parts that the bot created. Calls continue, and other
   * instances with the same store keep them alive.
   */
  close(): Promise<void>;
}

/**
 * Creates a bot from existing parts, or together with its parts.
 *
 * @throws TypeError for invalid options.
 * @example
 * const bot = createCallingBot({ credential, appId, tenantIds: [tenantId], callbackUri });
 * createServer(toNodeHandler(bot.receiver)).listen(3978);
 */
export function createCallingBot(options: BotParts | BotOptions): CallingBot {
  const { dtmf, receiver, operations, store, closeParts, ...defaults } = createParts(options);
  const { callbackUri, tenantId, clock = systemClock } = defaults;
  const closing = new AbortController();
  // Every wait in every call adds a listener: Node.js would warn above 10.
  setMaxListeners(0, closing.signal);
  const onError = createErrorReporter(defaults);
  const calls = new BotCalls({
    dtmf,
    receiver,
    operations,
    leases: store?.leases,
    clock,
    closing: closing.signal,
    callbackUri,
    tenantId,
    onError,
  });
  const incoming = new IncomingCallDispatcher(onError);
  const unsubscribes = [
    receiver.before("call", ({ callId, call, changeType, tenantId: callTenantId }) =>
      calls.apply(callId, changeType === "deleted" ? { ...call, state: "terminated" } : call, callTenantId),
    ),
    receiver.on("call", ({ callId, call }) => {
      if (call.state === "incoming") incoming.dispatch(calls.open(callId));
    }),
  ];

  return {
    dtmf,
    receiver,
    operations,
    fetch: receiver.fetch,
    on(event, handler) {
      if (event !== "incoming") throw new TypeError(`expected the event incoming, got ${String(event)}`);
      return incoming.add(handler);
    },
    async createCall(request, requestOptions) {
      const complete = { callbackUri: callbackUri ?? "", tenantId: tenantId ?? "", ...request } as CreateCallRequest;
      const call = await dtmf.calls.create(complete, requestOptions);
      calls.apply(call.id, call, complete.tenantId);
      return calls.open(call.id);
    },
    call: (callId, { tenantId: callTenantId } = {}) => calls.open(callId, callTenantId),
    async close() {
      closing.abort();
      calls.close();
      for (const unsubscribe of unsubscribes) unsubscribe();
      await closeParts();
    },
  };
}
