import type { Logger } from "@graph-dtmf/models";
import { DtmfError } from "@graph-dtmf/models";
import type { Notification } from "../parsing/notification.ts";
import type { NotificationVerifier } from "../verification/notification-verifier.ts";
import { GOOD } from "./edges.ts";

export const TENANT = "6a0b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d";

/** Accepts one token, and fails in a defined way for some others. */
export const verifier: NotificationVerifier = {
  async verify(authorization) {
    if (authorization === GOOD) return { tenantId: TENANT, claims: {} };
    if (authorization === "Bearer no-keys") throw new DtmfError("keys_unavailable", "no keys");
    if (authorization === "Bearer bug") throw new TypeError("secret detail");
    throw new DtmfError("unauthenticated_notification", "no good token");
  },
};

/** An operation tracker with a store that can be made unavailable. */
export class FakeOperations {
  readonly received: Notification[] = [];
  readonly #kept = new Set<string>();
  #isDown = false;
  #failed: Notification[] = [];

  apply = async (notification: Notification): Promise<"new" | "seen"> => {
    this.received.push(notification);
    const end = endOf(notification);
    if (end === undefined) return "new";
    if (this.#isDown) {
      this.#failed.push(notification);
      throw new Error("store is down");
    }
    if (this.#kept.has(end)) return "seen";
    this.#kept.add(end);
    return "new";
  };

  takeDown(): void {
    this.#isDown = true;
  }

  /** No call ends. */
  ended = (_callId: string, { signal }: { signal?: AbortSignal } = {}): Promise<object> =>
    new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));

  subscribed = (): (() => void) => () => {};

  /** With `flush` it then stores what it could not store in time. */
  bringBack({ flush = false }: { flush?: boolean } = {}): void {
    this.#isDown = false;
    const failed = this.#failed.splice(0);
    if (flush) for (const notification of failed) void this.apply(notification);
  }
}

function endOf(notification: Notification): string | undefined {
  if (notification.kind === "operation") {
    return notification.operation.status === "completed" ? notification.operationId : undefined;
  }
  return notification.kind === "call" && notification.changeType === "deleted" ? notification.callId : undefined;
}

/** Collects all lines as texts. */
export function createLog(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const write = (level: string) => (message: string, fields?: object) => {
    lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  };
  return { lines, debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

/** Resolves when a condition holds. Use it for conditions that depend on I/O. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits for everything that runs after an answer. */
export function turn(): Promise<void> {
  // Some of it waits on a timer, some on the end of this turn of the event loop.
  return new Promise((resolve) => setTimeout(() => setImmediate(resolve), 0));
}

/** A promise and the function that resolves it. */
export function deferred<T = void>(): { promise: Promise<T>; resolve(value: T): void } {
  let resolve = (_value: T): void => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
