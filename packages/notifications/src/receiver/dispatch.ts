import type { Clock } from "@graph-dtmf/models";
import type { CallRecords } from "../calls/call-records.ts";
import type { HandlerQueue } from "../calls/handler-queue.ts";
import type { NotificationAnswer } from "../http/notification-request.ts";
import type { Notification } from "../parsing/notification.ts";
import { NEW, type OperationTracker } from "../tracker/operation-tracker.ts";
import type { Repetitions } from "./deduplicator.ts";
import type { Reporter } from "./error-reporter.ts";
import type { Handlers } from "./handlers.ts";
import { Delivery, type Entry } from "./notification-batch.ts";
import { isIncoming, type RedirectIncoming, redirectTarget } from "./redirect-incoming.ts";

/** What deliveries pass through. */
export interface DeliveryPath {
  operations: Pick<OperationTracker, "apply" | "tones">;
  redirectIncoming: RedirectIncoming | undefined;
  clock: Clock;
  /** What hears of a notification on its arrival. */
  listeners: Handlers;
  handlers: Handlers;
  records: CallRecords;
  repetitions: Repetitions;
  reporter: Reporter;
}

const NO_HEADERS = {} as const;

/** Takes notifications up: each is told on its arrival, and takes its turn. */
export function enter(notifications: readonly Notification[], path: DeliveryPath): Delivery {
  const { listeners, handlers, records } = path;
  const queueOf = (notification: Notification): HandlerQueue<unknown> | undefined => {
    listeners.tell(notification);
    const isHandled = handlers.has(notification.kind);
    return isHandled ? records.of(notification.callId ?? "").queue : undefined;
  };
  return new Delivery(notifications, queueOf);
}

/** How a delivery is answered. Its handlers run once the answer's `handle` is called. */
export function answerTo(
  delivery: Delivery,
  location: string | undefined,
  { reporter }: DeliveryPath,
): NotificationAnswer {
  const isKept = delivery.entries.every(({ fate }) => fate !== "notKept");
  const status = !isKept ? 503 : location !== undefined ? 302 : 202;
  reporter.received?.({ status, ...countsOf(delivery.entries) });
  const headers = status === 302 && location !== undefined ? { location } : NO_HEADERS;
  return delivery.isHandled ? { status, headers, handle: () => delivery.proceed() } : { status, headers };
}

/**
 * Keeps what must be kept. What cannot be kept stops nobody else: it never throws, and the promise that it returns where
 * there is something to wait for never rejects.
 */
export function keep(entry: Entry, path: DeliveryPath): Promise<void> | undefined {
  try {
    const keeping = keepingOf(entry.notification, path.operations);
    if (keeping) return kept(entry, keeping, path);
    judge(entry, undefined, path);
  } catch (error) {
    notKept(entry, error, path);
  }
  return undefined;
}

/** Has a notification kept; absent where nobody keeps it, or it is new and kept already: there is nothing to wait for. */
function keepingOf(notification: Notification, operations: DeliveryPath["operations"]): Promise<unknown> | undefined {
  const { kind } = notification;
  // What may say that an operation or a call has ended.
  if (kind === "operation" || kind === "call") {
    const heard = operations.apply(notification);
    return heard === NEW ? undefined : heard;
  }
  return kind === "tone" ? operations.tones?.put(notification.callId, notification.toneInfo) : undefined;
}

async function kept(entry: Entry, keeping: Promise<unknown>, path: DeliveryPath): Promise<void> {
  try {
    judge(entry, await keeping, path);
  } catch (error) {
    notKept(entry, error, path);
  }
}

/** It was kept, or need not be: it may have come before. */
function judge(entry: Entry, heard: unknown, { repetitions }: DeliveryPath): void {
  const { notification, place } = entry;
  if (repetitions.takeOwed(notification)) return;
  // What nobody handles needs no telling whether it came before, unless its keeper knows.
  if (heard !== "seen" && !(place && repetitions.isRepeated(notification))) return;
  entry.fate = "seen";
  place?.leave();
}

function notKept(entry: Entry, error: unknown, { repetitions, reporter }: DeliveryPath): void {
  const { notification, place } = entry;
  entry.fate = "notKept";
  if (place) repetitions.owe(notification);
  reporter.failed(error, notification);
  place?.leave();
}

/** Where a delivery is to go instead. Asked anew for every delivery: what was redirected before must be redirected again. */
export async function redirect(
  entries: readonly Entry[],
  { clock, reporter }: DeliveryPath,
  decide: RedirectIncoming,
): Promise<string | undefined> {
  let location: string | undefined;
  for (const { notification, place } of entries) {
    if (!isIncoming(notification)) continue;
    try {
      const target = await redirectTarget(notification, decide, clock);
      if (target === undefined) continue;
      location ??= target;
      place?.leave();
    } catch (error) {
      reporter.failed(error, notification);
    }
  }
  return location;
}

function countsOf(entries: readonly Entry[]): { received: number; seen: number; notKept: number } {
  const count = (fate: Entry["fate"]): number => entries.filter((entry) => entry.fate === fate).length;
  return { received: entries.length, seen: count("seen"), notKept: count("notKept") };
}
