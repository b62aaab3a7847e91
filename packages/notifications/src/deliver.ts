import type { Clock } from "@graph-dtmf/models";
import type { CallRecords } from "./call-records.ts";
import type { Place } from "./handler-queue.ts";
import type { Handlers, NotificationKind } from "./handlers.ts";
import type { Notification } from "./notification.ts";
import type { NotificationAnswer } from "./notification-request.ts";
import type { Delivered, ObservedRequest } from "./observer.ts";
import type { OperationTracker } from "./operation-tracker.ts";
import { isIncoming, type RedirectIncoming, redirectTarget } from "./redirect-incoming.ts";
import type { Repetitions } from "./repetitions.ts";
import type { Reporter } from "./reporter.ts";

/** What deliveries pass through. */
export interface DeliveryPath {
  operations: Pick<OperationTracker, "hear" | "tones">;
  redirectIncoming: RedirectIncoming | undefined;
  clock: Clock;
  /** What hears of a notification on its arrival. */
  listeners: Handlers;
  handlers: Handlers;
  records: CallRecords;
  repetitions: Repetitions;
  reporter: Reporter;
  /** Is given a promise of every delivery that has something to handle. */
  began(handled: Promise<unknown>): void;
}

interface Entry extends Delivered {
  /** Taken on arrival, so that waiting for a store changes nobody's turn; absent where nobody would handle it. */
  readonly place: Place | undefined;
  fate: Delivered["fate"];
}

/** What may say that an operation or a call has ended. */
const KEPT_KINDS: ReadonlySet<NotificationKind> = new Set<NotificationKind>(["operation", "call"]);

const NO_HEADERS = {} as const;

/** Keeps what must be kept, and says how to answer. Its handlers run once the answer's `handle` is called. */
export async function deliver(
  notifications: readonly Notification[],
  path: DeliveryPath,
  observed?: ObservedRequest,
): Promise<NotificationAnswer> {
  const entries: Entry[] = [];
  const places: Place[] = [];
  for (const notification of notifications) {
    const entry = enter(notification, path);
    entries.push(entry);
    if (entry.place) places.push(entry.place);
  }
  const handled = places.length > 0 ? allDone(places) : undefined;
  if (handled) path.began(handled);
  try {
    const keeping = entries.map((entry) => keep(entry, path));
    for (const kept of keeping) await kept;
    const location = path.redirectIncoming && (await redirect(entries, path, path.redirectIncoming));
    const isKept = entries.every(({ fate }) => fate !== "notKept");
    const status = !isKept ? 503 : location !== undefined ? 302 : 202;
    observed?.delivered(entries);
    path.reporter.received(() => ({ status, ...countsOf(entries) }));
    const headers = status === 302 && location !== undefined ? { location } : NO_HEADERS;
    return handled ? { status, headers, handle: () => proceed(places, handled) } : { status, headers };
  } catch (error) {
    for (const place of places) place.leave();
    throw error;
  }
}

function enter(notification: Notification, { listeners, handlers, records }: DeliveryPath): Entry {
  listeners.tell(notification);
  const place = handlers.has(notification.kind)
    ? records.heard(notification.callId ?? "").queue.reserve(notification)
    : undefined;
  return { notification, place, fate: "new" };
}

/** One after the other costs a fraction of `Promise.all`, and none of them rejects. */
async function allDone(places: readonly Place[]): Promise<void> {
  for (const { done } of places) await done;
}

/** Each by itself: what cannot be kept stops nobody else. */
async function keep(entry: Entry, { operations, repetitions, reporter }: DeliveryPath): Promise<void> {
  const { notification, place } = entry;
  try {
    const heard = KEPT_KINDS.has(notification.kind) ? await operations.hear(notification) : "new";
    if (notification.kind === "tone") await operations.tones?.put(notification.callId, notification.toneInfo);
    if (repetitions.takeOwed(notification)) return;
    // What nobody handles needs no telling whether it came before, unless its keeper knows.
    if (heard === "seen" || (place && repetitions.isRepeated(notification))) entry.fate = "seen";
  } catch (error) {
    entry.fate = "notKept";
    if (place) repetitions.owe(notification);
    reporter.failed(error, notification);
  }
  if (entry.fate !== "new") place?.leave();
}

/** Asked anew for every delivery: what was redirected before must be redirected again. */
async function redirect(
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

function proceed(places: readonly Place[], handled: Promise<void>): Promise<void> {
  for (const place of places) place.proceed();
  return handled;
}

function countsOf(entries: readonly Entry[]): { received: number; seen: number; notKept: number } {
  const count = (fate: Entry["fate"]): number => entries.filter((entry) => entry.fate === fate).length;
  return { received: entries.length, seen: count("seen"), notKept: count("notKept") };
}
