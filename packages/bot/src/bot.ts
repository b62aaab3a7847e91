import { setMaxListeners } from "node:events";
import type { CreateCallRequest, DtmfClient, RequestOptions } from "@graph-dtmf/client";
import { type Call, InvalidRequestError, normalizeId, systemClock } from "@graph-dtmf/models";
import type { NotificationReceiver, OperationTracker } from "@graph-dtmf/notifications";
import { type BotOptions, type BotParts, wireParts } from "./bot-parts.ts";
import { BotCall, type CallTools } from "./call.ts";
import { CallLives } from "./call-lives.ts";
import { KeptCalls } from "./kept-calls.ts";
import { createReport } from "./report.ts";

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** A call to make: `callbackUri` and `tenantId` are the bot's unless given. */
export type CreateBotCallRequest = Without<CreateCallRequest, "callbackUri" | "tenantId"> &
  Partial<Pick<CreateCallRequest, "callbackUri" | "tenantId">>;

/** A bot that converses in calls. None of its methods needs its `this`. */
export interface CallingBot {
  readonly dtmf: DtmfClient;
  readonly receiver: NotificationReceiver;
  readonly operations: OperationTracker;
  /** Answers Graph's notifications on Request/Response platforms; on Node: `toNodeHandler(bot.receiver)`. */
  readonly fetch: NotificationReceiver["fetch"];
  /**
   * Calls back for each incoming call, which has to be answered or rejected within 15 s. Nothing waits for the handler,
   * so it may go on as long as the call does; what it throws goes to `onError`.
   *
   * @returns what takes the handler off again.
   */
  on(event: "incoming", handler: (call: BotCall) => unknown): () => void;
  /** Makes a call, or joins a meeting; resolves when Graph has begun to. */
  createCall(request: CreateBotCallRequest, options?: RequestOptions): Promise<BotCall>;
  /** The call of that id, wherever it was made. @param options The `tenantId` that it is in, where the bot serves several. */
  call(callId: string, options?: { tenantId?: string }): BotCall;
  /**
   * Ends every wait and keepAlive, and closes what this bot has made itself: not parts that it was given. Calls go on, and
   * are kept alive by the other instances that share the store.
   */
  close(): Promise<void>;
}

/**
 * Makes a bot: of a client, a receiver and a tracker that were wired by hand, or all of that in one go.
 *
 * @throws TypeError for options that cannot work.
 * @example
 * const bot = createCallingBot({ credential, appId, tenantIds: [tenantId], callbackUri });
 * createServer(toNodeHandler(bot.receiver)).listen(3978);
 */
export function createCallingBot(options: BotParts | BotOptions): CallingBot {
  const { dtmf, receiver, operations, store, closeParts, ...defaults } = wireParts(options);
  const { callbackUri, tenantId, clock = systemClock } = defaults;
  const closing = new AbortController();
  // Everything that waits in any call listens to it.
  setMaxListeners(0, closing.signal);
  const failed = createReport(defaults);
  const lives = new CallLives<BotCall>();
  const kept = new KeptCalls({
    leases: store?.leases,
    clock,
    random: Math.random,
    lifeOf: (callId) => lives.of(callId).life,
    keepAlive: (callId, ofTenant) => dtmf.calls.keepAlive(callId, ofTenant === undefined ? {} : { tenantId: ofTenant }),
    failed,
  });
  const tools: CallTools = { dtmf, receiver, clock, closing: closing.signal, callbackUri, kept, failed };
  const announced = new WeakSet<BotCall>();
  const handlers = new Set<{ handle(call: BotCall): unknown }>();

  const hear = (callId: string, call: Call, ofTenant: string | undefined): void => {
    const { life } = lives.of(callId);
    life.tenantId ??= ofTenant;
    if (call.state === "incoming") life.incomingAtMs ??= clock.now();
    life.hear(call);
    // Another instance may keep it alive.
    if (life.isOver) kept.stop(normalizeId(callId), life);
  };
  const callOf = (callId: string, ofTenant?: string): BotCall => {
    if (typeof callId !== "string" || callId === "") throw new InvalidRequestError("callId must not be empty");
    const known = lives.of(callId);
    const { life } = known;
    life.tenantId ??= ofTenant ?? tenantId;
    if (known.handle) return known.handle;
    const id = normalizeId(callId);
    // Another instance may hear of its end. A tracker that is closed hears of nothing more.
    operations.ended(id, { signal: closing.signal }).then(
      ({ resultInfo }) => life.end(resultInfo),
      () => {},
    );
    known.handle = new BotCall(id, life, tools);
    return known.handle;
  };
  const converse = async (handle: (call: BotCall) => unknown, call: BotCall): Promise<void> => {
    try {
      await handle(call);
    } catch (error) {
      failed(error, { callId: call.id });
    }
  };
  const stops = [
    receiver.before("call", (heard) =>
      hear(
        heard.callId,
        heard.changeType === "deleted" ? { ...heard.call, state: "terminated" } : heard.call,
        heard.tenantId,
      ),
    ),
    receiver.on("call", ({ callId, call: { state } }) => {
      if (state !== "incoming") return;
      const call = callOf(callId);
      if (announced.has(call)) return;
      announced.add(call);
      for (const { handle } of handlers) void converse(handle, call);
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
    async createCall(request, how) {
      const made = { callbackUri: callbackUri ?? "", tenantId: tenantId ?? "", ...request } as CreateCallRequest;
      const call = await dtmf.calls.create(made, how);
      hear(call.id, call, made.tenantId);
      return callOf(call.id);
    },
    call: (callId, { tenantId: ofTenant } = {}) => callOf(callId, ofTenant),
    async close() {
      closing.abort();
      kept.close();
      for (const stop of stops) stop();
      await closeParts();
    },
  };
}
