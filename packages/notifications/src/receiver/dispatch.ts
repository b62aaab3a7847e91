import type { Clock } from "@graph-dtmf/models";
import type { CallRecords } from "../calls/call-records.ts";
import type { NotificationAnswer } from "../http/notification-request.ts";
import type { Notification } from "../parsing/notification.ts";
import type { OperationTracker } from "../tracker/operation-tracker.ts";
import type { Deduplicator } from "./deduplicator.ts";
import type { ErrorReporter } from "./error-reporter.ts";
import type { Handlers } from "./handlers.ts";
import { type BatchItem, type BatchItemStatus, NotificationBatch } from "./notification-batch.ts";
import { isIncoming, type RedirectIncoming, redirectTarget } from "./redirect-incoming.ts";

/** The parts of a receiver that process notifications. */
export interface DispatchContext {
  operations: Pick<OperationTracker, "apply" | "tones">;
  redirectIncoming: RedirectIncoming | undefined;
  clock: Clock;
  /** Called on arrival, before the answer. */
  listeners: Handlers;
  handlers: Handlers;
  records: CallRecords;
  deduplicator: Deduplicator;
  reporter: ErrorReporter;
}

/** Calls the listeners of each notification and reserves its slot in the queue of its call. */
export function enqueue(
  notifications: readonly Notification[],
  { listeners, handlers, records }: DispatchContext,
): NotificationBatch {
  return new NotificationBatch(notifications, (notification) => {
    listeners.notify(notification);
    return handlers.has(notification.kind) ? records.getOrCreate(notification.callId ?? "").queue : undefined;
  });
}

/** Persists a notification, if it has to be, and skips it if it is a duplicate. Never rejects. */
export async function persist(item: BatchItem, context: DispatchContext): Promise<void> {
  try {
    const result = await persistNotification(item.notification, context.operations);
    deduplicate(item, result === "seen", context);
  } catch (error) {
    onPersistFailed(item, error, context);
  }
}

function persistNotification(
  notification: Notification,
  operations: DispatchContext["operations"],
): Promise<unknown> | undefined {
  const { kind } = notification;
  // Both kinds can report the end of an operation or a call.
  if (kind === "operation" || kind === "call") return operations.apply(notification);
  return kind === "tone" ? operations.tones?.put(notification.callId, notification.toneInfo) : undefined;
}

function deduplicate(item: BatchItem, isSeen: boolean, { deduplicator }: DispatchContext): void {
  const { notification, slot } = item;
  if (deduplicator.takeUnhandled(notification)) return;
  // Without a handler, a notification is a duplicate only if the tracker reported one.
  if (!isSeen && !(slot && deduplicator.isDuplicate(notification))) return;
  item.status = "seen";
  slot?.skip();
}

function onPersistFailed(item: BatchItem, error: unknown, { deduplicator, reporter }: DispatchContext): void {
  const { notification, slot } = item;
  item.status = "notStored";
  if (slot) deduplicator.markUnhandled(notification);
  reporter.reportError(error, notification);
  slot?.skip();
}

/**
 * Returns the URL that the batch is redirected to, if any. `redirectIncoming` is called for duplicates too, because a
 * redirected notification that is sent again must be redirected again.
 */
export async function findRedirect(
  { items }: NotificationBatch,
  { redirectIncoming, clock, reporter }: DispatchContext,
): Promise<string | undefined> {
  if (!redirectIncoming) return undefined;
  let location: string | undefined;
  for (const { notification, slot } of items) {
    if (!isIncoming(notification)) continue;
    try {
      const target = await redirectTarget(notification, redirectIncoming, clock);
      if (target === undefined) continue;
      location ??= target;
      slot?.skip();
    } catch (error) {
      reporter.reportError(error, notification);
    }
  }
  return location;
}

const NO_HEADERS = {} as const;

/** Returns the answer to a batch. Its `handle` runs the handlers. */
export function toAnswer(
  batch: NotificationBatch,
  location: string | undefined,
  { reporter }: DispatchContext,
): NotificationAnswer {
  const isPersisted = batch.items.every(({ status }) => status !== "notStored");
  const status = !isPersisted ? 503 : location !== undefined ? 302 : 202;
  reporter.logReceived?.({ status, ...countItems(batch.items) });
  const headers = status === 302 && location !== undefined ? { location } : NO_HEADERS;
  return batch.hasHandlers ? { status, headers, handle: () => batch.run() } : { status, headers };
}

function countItems(items: readonly BatchItem[]): { received: number; seen: number; notStored: number } {
  const count = (status: BatchItemStatus): number => items.filter((item) => item.status === status).length;
  return { received: items.length, seen: count("seen"), notStored: count("notStored") };
}
