import type { Notification } from "./notification.ts";

/** What a notification can be about. */
export type NotificationKind = Notification["kind"];

/** The notification of one kind. */
export type NotificationOfKind<K extends NotificationKind> = Extract<Notification, { kind: K }>;

/**
 * Takes one notification after the other; where it returns a promise, the next one of the same call waits until that is
 * settled. What it throws goes to `onError` and nowhere else.
 */
export type NotificationHandler<K extends NotificationKind> = (notification: NotificationOfKind<K>) => unknown;

interface Registration {
  handle(notification: Notification): unknown;
}

/** The handlers of a receiver, by kind. */
export class Handlers {
  readonly #byKind: Readonly<Record<NotificationKind, Set<Registration>>> = {
    operation: new Set(),
    tone: new Set(),
    call: new Set(),
    participants: new Set(),
    unknown: new Set(),
  };
  readonly #failed: (error: unknown, notification: Notification) => void;

  constructor(failed: (error: unknown, notification: Notification) => void) {
    this.#failed = failed;
  }

  /** Returns the function that takes the handler off again. The same function may be registered more than once. */
  on<K extends NotificationKind>(kind: K, handler: NotificationHandler<K>): () => void {
    if (!Object.hasOwn(this.#byKind, kind)) {
      const kinds = Object.keys(this.#byKind).join(", ");
      throw new TypeError(`expected a kind of notification (${kinds}), got ${String(kind)}`);
    }
    if (typeof handler !== "function") throw new TypeError(`expected a handler function, got ${typeof handler}`);
    const registrations = this.#byKind[kind];
    // Sound: a registration under a kind is only ever given notifications of that kind.
    const registration = { handle: handler as Registration["handle"] };
    registrations.add(registration);
    return () => {
      registrations.delete(registration);
    };
  }

  has(kind: NotificationKind): boolean {
    return this.#byKind[kind].size > 0;
  }

  /** Calls the handlers of the notification's kind, and waits for none of them. Never throws. */
  tell(notification: Notification): void {
    for (const { handle } of this.#byKind[notification.kind]) {
      try {
        const told = handle(notification);
        if (told instanceof Promise) told.catch((error: unknown) => this.#failed(error, notification));
      } catch (error) {
        this.#failed(error, notification);
      }
    }
  }

  /**
   * Runs the handlers of the notification's kind one after the other. Never rejects: it resolves with whether all of
   * them succeeded.
   */
  async run(notification: Notification): Promise<boolean> {
    const registrations = this.#byKind[notification.kind];
    let isSuccess = true;
    for (const registration of [...registrations]) {
      if (!registrations.has(registration)) continue;
      try {
        await registration.handle(notification);
      } catch (error) {
        isSuccess = false;
        this.#failed(error, notification);
      }
    }
    return isSuccess;
  }
}
