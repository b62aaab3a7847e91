import { setMaxListeners } from "node:events";
import type { CreateCallRequest, DtmfClient, RequestOptions } from "@graph-dtmf/client";
import { type Call, InvalidRequestError, normalizeId, systemClock } from "@graph-dtmf/models";
import type { NotificationReceiver, OperationTracker } from "@graph-dtmf/notifications";
import type { BotCall } from "./bot-call.ts";
import { type BotOptions, type BotParts, createParts } from "./bot-options.ts";
import { type CallDependencies, CallHandle } from "./call-handle.ts";
import { CallRegistry } from "./call-registry.ts";
import { createErrorReporter } from "./error-reporter.ts";
import { KeepAliveScheduler } from "./keep-alive-scheduler.ts";

/** A call to create. `callbackUri` and `tenantId` default to the bot's. */
export type CreateBotCallRequest = (CreateCallRequest extends infer Request
  ? Request extends unknown
    ? Omit<Request, "callbackUri" | "tenantId">
    : never
  : never) &
  Partial<Pick<CreateCallRequest, "callbackUri" | "tenantId">>;

/** A bot that holds dialogues in calls. Its methods work without `this`. */
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
   * Returns the call with that id, which another instance may have created.
   *
   * @param options The `tenantId` of the call, for bots with several tenants.
   */
  call(callId: string, options?: { tenantId?: string }): BotCall;
  /**
   * Ends every wait and keepAlive, and closes the parts that the bot created itself. Calls continue, and other
   * instances that share the store keep them alive.
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
  // Every wait in every call adds a listener.
  setMaxListeners(0, closing.signal);
  const onError = createErrorReporter(defaults);
  const calls = new CallRegistry<CallHandle>();
  const keepAlives = new KeepAliveScheduler({
    leases: store?.leases,
    clock,
    random: Math.random,
    progressOf: (callId) => calls.get(callId).progress,
    keepAlive: (callId, callTenantId) =>
      dtmf.calls.keepAlive(callId, callTenantId === undefined ? {} : { tenantId: callTenantId }),
    onError,
  });
  const dependencies: CallDependencies = {
    dtmf,
    receiver,
    clock,
    closing: closing.signal,
    callbackUri,
    keepAlives,
    onError,
  };
  const announced = new WeakSet<CallHandle>();
  const handlers = new Set<{ handle(call: BotCall): unknown }>();

  const applyCall = (callId: string, call: Call, callTenantId: string | undefined): void => {
    const { progress } = calls.get(callId);
    progress.tenantId ??= callTenantId;
    if (call.state === "incoming") progress.incomingAtMs ??= clock.now();
    progress.apply(call);
    // Another instance may keep the call alive, so the lease ends even if this one does not.
    if (progress.isOver) keepAlives.stop(normalizeId(callId), progress);
  };
  const getCall = (callId: string, callTenantId?: string): CallHandle => {
    if (typeof callId !== "string" || callId === "") throw new InvalidRequestError("callId must not be empty");
    const entry = calls.get(callId);
    const { progress } = entry;
    progress.tenantId ??= callTenantId ?? tenantId;
    if (entry.handle) return entry.handle;
    const id = normalizeId(callId);
    // Another instance may receive the end of the call. The promise rejects when the tracker is closed.
    operations.ended(id, { signal: closing.signal }).then(
      ({ resultInfo }) => progress.end(resultInfo),
      () => {},
    );
    entry.handle = new CallHandle(id, progress, dependencies);
    return entry.handle;
  };
  const runHandler = async (handle: (call: BotCall) => unknown, call: CallHandle): Promise<void> => {
    try {
      await handle(call);
    } catch (error) {
      onError(error, { callId: call.id });
    }
  };
  const stops = [
    receiver.before("call", (notification) =>
      applyCall(
        notification.callId,
        notification.changeType === "deleted" ? { ...notification.call, state: "terminated" } : notification.call,
        notification.tenantId,
      ),
    ),
    receiver.on("call", ({ callId, call: { state } }) => {
      if (state !== "incoming") return;
      const call = getCall(callId);
      if (announced.has(call)) return;
      announced.add(call);
      for (const { handle } of handlers) void runHandler(handle, call);
    }),
  ];

  return {
    dtmf,
    receiver,
    operations,
    fetch: receiver.fetch,
    on(event, handle) {
      if (event !== "incoming") throw new TypeError(`expected the event incoming, got ${String(event)}`);
      const registration = { handle };
      handlers.add(registration);
      return () => handlers.delete(registration);
    },
    async createCall(request, requestOptions) {
      const complete = { callbackUri: callbackUri ?? "", tenantId: tenantId ?? "", ...request } as CreateCallRequest;
      const call = await dtmf.calls.create(complete, requestOptions);
      applyCall(call.id, call, complete.tenantId);
      return getCall(call.id);
    },
    call: (callId, { tenantId: callTenantId } = {}) => getCall(callId, callTenantId),
    async close() {
      closing.abort();
      keepAlives.close();
      for (const stop of stops) stop();
      await closeParts();
    },
  };
}
