import { type Clock, type Logger, systemClock, type Telemetry } from "@graph-dtmf/models";
import { onAbort } from "@graph-dtmf/models/internal";
import { CallRecords } from "../calls/call-records.ts";
import { MAX_WAITING, type SlotOwner } from "../calls/handler-queue.ts";
import { ToneStreams } from "../calls/tone-streams.ts";
import { answerFetch, type FetchOptions, type FetchRequest } from "../http/fetch.ts";
import type { Receive } from "../http/notification-request.ts";
import type { ToneIterator } from "../tones/tone-reorder-buffer.ts";
import type { OperationTracker } from "../tracker/operation-tracker.ts";
import type { NotificationVerifier } from "../verification/notification-verifier.ts";
import { Deduplicator } from "./deduplicator.ts";
import { createErrorReporter, type ErrorListener } from "./error-reporter.ts";
import { NotificationDroppedError } from "./errors.ts";
import { Handlers, type NotificationHandler, type NotificationKind, type NotificationOfKind } from "./handlers.ts";
import { createObserver, type OperationCounts } from "./observer.ts";
import { type ReceiverContext, receiveRequest } from "./receive-request.ts";
import type { RedirectIncoming } from "./redirect-incoming.ts";

/** Options of `createNotificationReceiver`. */
export interface NotificationReceiverOptions {
  /** Verifies the sender of each request: `createGraphCallingVerifier`. */
  verifier: NotificationVerifier;
  /** Gets notifications before the handlers: `createOperationTracker`. */
  operations: Pick<OperationTracker, "apply" | "ended" | "subscribed" | "tones"> & OperationCounts;
  /** Longer bodies are answered with 413. Default 1 MiB. */
  maxBodyBytes?: number;
  /** Bodies that take longer are answered with 408, in milliseconds. Default 10,000. */
  bodyTimeoutMs?: number;
  /** How long a tone waits for an earlier one that is missing, in milliseconds. Default 500. */
  reorderWindowMs?: number;
  /** Called with errors of handlers, of the store and of the receiver. */
  onError?: ErrorListener;
  /** Redirects incoming calls to another deployment. */
  redirectIncoming?: RedirectIncoming;
  /** Gets ids, counts and codes. Without `onError` and `logger`, errors are written to the console. */
  logger?: Logger;
  /**
   * Gets spans of requests (`graph_dtmf.receive`) and handlers (`graph_dtmf.handle`), and measurements of requests,
   * handlers, notifications, outcomes and the counts of `operations`. Spans contain ids, measurements do not. Neither
   * contains tones. A tracer and a meter of OpenTelemetry fit.
   */
  telemetry?: Telemetry;
  /** The clock, for tests. */
  clock?: Clock;
}

/** Receives what Graph posts to a bot's callback URL. Its methods do not use `this`. */
export interface NotificationReceiver {
  /**
   * Adds a handler for a kind of notification. Notifications of one call are handled one at a time, in order of arrival.
   * Calls are handled in parallel. At most 1,000 notifications of one call wait: then the oldest is dropped and reported
   * to `onError`.
   *
   * @returns a function that removes the handler.
   */
  on<K extends NotificationKind>(kind: K, handler: NotificationHandler<K>): () => void;
  /**
   * Adds a listener that is called on arrival, before the answer and before any handler. It is also called for
   * duplicates. It delays the answer, so it must be quick. A promise that it returns is not awaited.
   *
   * @returns a function that removes the listener.
   */
  before<K extends NotificationKind>(kind: K, listener: (notification: NotificationOfKind<K>) => void): () => void;
  /**
   * The keys that are pressed in a call from now on: in order, each once. Tones have to be subscribed to. Several streams
   * of a call each return all keys. A stream ends with the call.
   *
   * A tone that arrives out of order waits up to `reorderWindowMs` for the missing ones, which are then counted in
   * `gapBefore`. A stream buffers 64 tones: then the oldest is dropped and counted in `gapBefore`.
   *
   * @param options `signal` ends the stream: reading rejects with its reason, and buffered tones are discarded.
   * @example
   * for await (const { tone } of receiver.tones(callId)) { … }
   */
  tones(callId: string, options?: { signal?: AbortSignal }): ToneIterator;
  /** Answers a request of a Request/Response platform. Never rejects. */
  fetch(request: FetchRequest, options?: FetchOptions): Promise<Response>;
  /** Answers a request of any other platform. `fetch` and `toNodeHandler` use it. Never rejects. */
  receive: Receive;
  /**
   * Resolves when the handlers of all notifications that were received until now are done. Rejects with the reason of the
   * signal. Close the server first.
   */
  drain(options?: { signal?: AbortSignal }): Promise<void>;
}

/**
 * Creates a receiver for Graph's notifications.
 *
 * It answers 202 to every envelope of a verified sender, also with unknown content. Other answers: 204 to the legacy
 * protocol (Graph then sends the notification in its own protocol); 302 if `redirectIncoming` returns a URL; 400 without
 * an envelope; 401 without a valid token; 405 for another method than POST; 408 and 413 for bodies that are too slow or
 * too large; 503 if the end of an operation or a call could not be stored, or no verification key is available. Answers
 * have no body.
 *
 * A notification is first applied to `operations`, then answered, then handled. So a handler may wait for a later
 * notification of its call.
 *
 * @throws TypeError without a verifier or operations, or for a limit that is not a positive number.
 *
 * @example
 * const operations = createOperationTracker();
 * const receiver = createNotificationReceiver({ verifier, operations });
 * receiver.on("tone", ({ callId, toneInfo }) => { … });
 */
export function createNotificationReceiver(options: NotificationReceiverOptions): NotificationReceiver {
  const { verifier, operations, redirectIncoming, clock = systemClock } = checkPorts(options);
  const limits = {
    maxBytes: checkPositive("maxBodyBytes", options.maxBodyBytes ?? 1024 * 1024),
    timeoutMs: checkPositive("bodyTimeoutMs", options.bodyTimeoutMs ?? 10_000),
    clock,
  };
  const reorderWindowMs =
    options.reorderWindowMs === 0 ? 0 : checkPositive("reorderWindowMs", options.reorderWindowMs ?? 500);
  const reporter = createErrorReporter(options);
  const { reportError } = reporter;
  const observer = options.telemetry && createObserver(options.telemetry, clock, operations);
  const handlers = new Handlers(reportError);
  const listeners = new Handlers(reportError);
  const records = new CallRecords(clock, {
    run: (notification) =>
      observer
        ? observer.observeHandlers(notification, async () => handlers.run(notification))
        : handlers.run(notification),
    onDropped: (notification) =>
      reportError(new NotificationDroppedError(notification.callId ?? "", MAX_WAITING), notification),
  });
  const tones = new ToneStreams({ clock, records, operations, reorderWindowMs });
  listeners.on("tone", ({ callId, toneInfo }) => tones.put(callId, toneInfo));
  const context: ReceiverContext = {
    verifier,
    limits,
    dispatch: {
      operations,
      redirectIncoming,
      clock,
      listeners,
      handlers,
      records,
      deduplicator: new Deduplicator(clock, records),
      reporter,
    },
    observer,
  };
  const receive: Receive = (request) => receiveRequest(request, context);
  return {
    on: (kind, handler) => handlers.on(kind, handler),
    before: (kind, listener) => listeners.on(kind, listener),
    tones: (callId, toneOptions = {}) => tones.open(callId, toneOptions),
    fetch: (request, fetchOptions) => answerFetch({ receive, reportError }, request, fetchOptions),
    receive,
    drain: ({ signal } = {}) => drain(records.slotOwners(), signal),
  };
}

/** Resolves when all batches are done. Rejects with the reason of the signal. */
function drain(batches: Iterable<SlotOwner>, signal: AbortSignal | undefined): Promise<void> {
  let removeListener = (): void => {};
  return new Promise<void>((resolve, reject) => {
    signal?.throwIfAborted();
    if (signal) removeListener = onAbort(signal, () => reject(signal.reason));
    void Promise.all(Array.from(batches, ({ done }) => done)).then(() => resolve());
  }).finally(() => removeListener());
}

function checkPorts(options: NotificationReceiverOptions): NotificationReceiverOptions {
  if (typeof options?.verifier?.verify !== "function") {
    throw new TypeError("expected a verifier, got none: pass createGraphCallingVerifier({ … })");
  }
  for (const method of ["apply", "ended", "subscribed"] as const) {
    if (typeof options.operations?.[method] !== "function") {
      throw new TypeError(`expected operations with a method ${method}: pass createOperationTracker()`);
    }
  }
  return options;
}

function checkPositive(name: string, value: number): number {
  if (!(Number.isFinite(value) && value > 0)) {
    throw new TypeError(`expected ${name} to be a positive number, got ${value}`);
  }
  return value;
}
