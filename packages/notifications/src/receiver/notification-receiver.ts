import { type Clock, type Logger, systemClock, type Telemetry } from "@graph-dtmf/models";
import { CallRecords } from "../calls/call-records.ts";
import { MAX_WAITING } from "../calls/handler-queue.ts";
import { ToneStreams } from "../calls/tone-streams.ts";
import { TimerWheel } from "../collections/timer-wheel.ts";
import { answerFetch, type FetchCore, type FetchOptions, type FetchRequest } from "../http/fetch.ts";
import type { Receive } from "../http/notification-request.ts";
import type { HeardTone } from "../tones/tone-reorder-buffer.ts";
import type { OperationTracker } from "../tracker/operation-tracker.ts";
import type { NotificationVerifier } from "../verification/notification-verifier.ts";
import { Repetitions } from "./deduplicator.ts";
import type { DeliveryPath } from "./dispatch.ts";
import { drain } from "./drain.ts";
import { createReporter, type ErrorListener } from "./error-reporter.ts";
import { NotificationDroppedError } from "./errors.ts";
import { Handlers, type NotificationHandler, type NotificationKind, type NotificationOfKind } from "./handlers.ts";
import type { OperationCounts } from "./observe-operations.ts";
import { createObserver } from "./observer.ts";
import { type Reception, receiveRequest } from "./receive-request.ts";
import type { RedirectIncoming } from "./redirect-incoming.ts";

/** How notifications are received. */
export interface NotificationReceiverOptions {
  /** Says who may come in: `createGraphCallingVerifier`. There is no receiver without one. */
  verifier: NotificationVerifier;
  /** Hears how operations and calls end, before any handler does: `createOperationTracker`. */
  operations: Pick<OperationTracker, "apply" | "ended" | "subscribed" | "tones"> & OperationCounts;
  /** Longer bodies are answered with 413. Default 1 MiB. */
  maxBodyBytes?: number;
  /** Bodies that take longer to arrive are answered with 408, in milliseconds. Default 10,000. */
  bodyTimeoutMs?: number;
  /** How long a tone waits for one before it that is missing, in milliseconds. Default 500. */
  reorderWindowMs?: number;
  /** Hears what handlers throw, what could not be kept, and what else an operator has to look at. */
  onError?: ErrorListener;
  /** Sends incoming calls to another deployment. */
  redirectIncoming?: RedirectIncoming;
  /** Is given ids, counts and codes. With neither `onError` nor `logger`, errors go to the console. */
  logger?: Logger;
  /**
   * Is given spans of requests (`graph_dtmf.receive`) and handlers (`graph_dtmf.handle`), and measurements of both, of
   * notifications, of the operations that ended and of those that `operations` counts: ids in spans only, tones nowhere.
   * A tracer and a meter of OpenTelemetry fit.
   */
  telemetry?: Telemetry;
  /** Time, for tests. */
  clock?: Clock;
}

/** Receives what Graph posts to a bot's callback URL. None of its methods needs its `this`. */
export interface NotificationReceiver {
  /**
   * Calls back for every notification of a kind: those of one call one at a time in order of arrival, calls side by
   * side. Of one call 1,000 may wait; then the oldest is dropped, and `onError` told.
   *
   * @returns what takes the handler off again.
   */
  on<K extends NotificationKind>(kind: K, handler: NotificationHandler<K>): () => void;
  /**
   * Calls back for every notification of a kind on its arrival, before it is answered for and before any handler runs:
   * for what handlers may await. Repetitions are among them, and nothing waits for the listener: it has to be quick.
   *
   * @returns what takes the listener off again.
   */
  before<K extends NotificationKind>(kind: K, listener: (notification: NotificationOfKind<K>) => void): () => void;
  /**
   * The keys that people press in a call from now on, once somebody has subscribed to them: in order, each once. Each
   * stream of a call gives all of them; it is done when the call ends, at once if it is over.
   *
   * A key that arrives out of order waits for those before it, `reorderWindowMs` at most; those that are missing then
   * are counted in the `gapBefore` of the next. Of 64 that nobody has read the oldest is dropped, and counted, too.
   *
   * @param options A `signal` ends the stream: reading rejects with its reason, and what was not read is let go.
   * @example
   * for await (const { tone } of receiver.tones(callId)) { … }
   */
  tones(callId: string, options?: { signal?: AbortSignal }): AsyncIterableIterator<HeardTone, undefined>;
  /** Answers a request of any Request/Response platform. Never rejects. */
  fetch(request: FetchRequest, options?: FetchOptions): Promise<Response>;
  /** What `fetch` and `toNodeHandler` are thin edges of, for an edge of your own. Never rejects. */
  receive: Receive;
  /**
   * Resolves when the handlers of all that was received until now are done; rejects with the signal's reason. Close
   * the server first, and it is all that there will be.
   */
  drain(options?: { signal?: AbortSignal }): Promise<void>;
}

/**
 * Makes a receiver: the door of a bot for Graph's notifications.
 *
 * It answers 202 to whatever a verified sender posts in an envelope, known to it or not. Else: 204 to the legacy
 * protocol, which asks for the same in Graph's; 302 where `redirectIncoming` says so; 400 without an envelope; 401
 * without a good token; 405 if it is no POST; 408 and 413 for bodies that are too slow or too large; 503 if the end of
 * an operation or call could not be kept, or no verification key can be had. No answer says more than its status.
 *
 * A notification is first heard by `operations`, then answered for, then handled: a handler may await what only a
 * later notification of its call brings.
 *
 * @throws TypeError without a verifier or operations, or for a limit that is no positive number.
 *
 * @example
 * const operations = createOperationTracker();
 * const receiver = createNotificationReceiver({ verifier, operations });
 * receiver.on("tone", ({ callId, toneInfo }) => { … });
 */
export function createNotificationReceiver(options: NotificationReceiverOptions): NotificationReceiver {
  const { verifier, operations, redirectIncoming, clock = systemClock } = checked(options);
  const limits = {
    maxBytes: positive("maxBodyBytes", options.maxBodyBytes ?? 1024 * 1024),
    timeoutMs: positive("bodyTimeoutMs", options.bodyTimeoutMs ?? 10_000),
    clock,
    timerWheel: new TimerWheel(clock),
  };
  const reorderWindowMs =
    options.reorderWindowMs === 0 ? 0 : positive("reorderWindowMs", options.reorderWindowMs ?? 500);
  const reporter = createReporter(options);
  const observer = options.telemetry && createObserver(options.telemetry, clock, operations);
  const handlers = new Handlers(reporter.failed);
  const records = new CallRecords(clock, {
    run: (notification) =>
      observer ? observer.handle(notification, async () => handlers.run(notification)) : handlers.run(notification),
    dropped: (notification) =>
      reporter.failed(new NotificationDroppedError(notification.callId ?? "", MAX_WAITING), notification),
  });
  const listeners = new Handlers(reporter.failed);
  const tones = new ToneStreams({ clock, records, operations, reorderWindowMs });
  listeners.on("tone", ({ callId, toneInfo }) => tones.hear(callId, toneInfo));
  const path: DeliveryPath = {
    operations,
    redirectIncoming,
    clock,
    listeners,
    handlers,
    records,
    repetitions: new Repetitions(clock, records),
    reporter,
  };
  const reception: Reception = { verifier, limits, path, observer };
  const core: FetchCore = {
    receive: (request, present) => receiveRequest(request, reception, present),
    failed: reporter.failed,
  };
  return {
    on: (kind, handler) => handlers.on(kind, handler),
    before: (kind, listener) => listeners.on(kind, listener),
    tones: (callId, how = {}) => tones.open(callId, how),
    fetch: (request, fetchOptions) => answerFetch(core, request, fetchOptions),
    receive: (request) => receiveRequest(request, reception, (answer) => answer),
    drain: ({ signal } = {}) => drain(records.holders(), signal),
  };
}

function checked(options: NotificationReceiverOptions): NotificationReceiverOptions {
  if (typeof options?.verifier?.verify !== "function") {
    throw new TypeError("expected a verifier: without one anybody could post notifications");
  }
  for (const port of ["apply", "ended", "subscribed"] as const) {
    if (typeof options.operations?.[port] !== "function") throw new TypeError("expected operations, such as a tracker");
  }
  return options;
}

function positive(name: string, value: number): number {
  if (!(Number.isFinite(value) && value > 0))
    throw new TypeError(`expected ${name} to be a positive number, got ${value}`);
  return value;
}
