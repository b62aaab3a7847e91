import type { Notification } from "../parsing/notification.ts";

/** The kinds of notifications. */
export type NotificationKind = Notification["kind"];

/** The notification type of one kind. */
export type NotificationOfKind<K extends NotificationKind> = Extract<Notification, { kind: K }>;

/**
 * Handles one notification at a time. If it returns a promise, the next notification of the same call waits for it.
 * Errors are reported to `onError` only.
 */
export type NotificationHandler<K extends NotificationKind> = (notification: NotificationOfKind<K>) => unknown;

interface Registration {
  handle(notification: Notification): unknown;
  isRemoved: boolean;
}

/** The handlers of a receiver, by kind. */
export class Handlers {
  /** The lists are replaced and never changed, so that handlers may be added and removed while a list is iterated. */
  readonly #byKind: Record<NotificationKind, readonly Registration[]> = {
    operation: [],
    tone: [],
    call: [],
    participants: [],
    unknown: [],
  };
  readonly #onError: (error: unknown, notification: Notification) => void;

  constructor(onError: (error: unknown, notification: Notification) => void) {
    this.#onError = onError;
  }

  /** Returns a function that removes the handler. The same function may be registered more than once. */
  on<K extends NotificationKind>(kind: K, handler: NotificationHandler<K>): () => void {
    if (!Object.hasOwn(this.#byKind, kind)) {
      const kinds = Object.keys(this.#byKind).join(", ");
      throw new TypeError(`expected a kind of notification (${kinds}), got ${String(kind)}`);
    }
    if (typeof handler !== "function") throw new TypeError(`expected a handler function, got ${typeof handler}`);
    // Sound, because a registration gets only notifications of its kind.
    const registration = { handle: handler as Registration["handle"], isRemoved: false };
    this.#byKind[kind] = [...this.#byKind[kind], registration];
    return () => {
      registration.isRemoved = true;
      this.#byKind[kind] = this.#byKind[kind].filter((other) => other !== registration);
    };
  }

  has(kind: NotificationKind): boolean {
    return this.#byKind[kind].length > 0;
  }

  /** Calls the handlers of the notification's kind without waiting for them. Never throws. */
  notify(notification: Notification): void {
    for (const registration of this.#byKind[notification.kind]) {
      if (!registration.isRemoved) void this.#call(registration, notification);
    }
  }

  /**
   * Runs the handlers of the notification's kind one after the other and returns whether all succeeded: a promise only
   * if a handler returned one. Neither throws nor rejects.
   */
  run(notification: Notification): boolean | Promise<boolean> {
    const registrations = this.#byKind[notification.kind];
    const [only] = registrations;
    if (!only) return true;
    return registrations.length === 1 ? this.#call(only, notification) : this.#runAll(registrations, notification);
  }

  async #runAll(registrations: readonly Registration[], notification: Notification): Promise<boolean> {
    let isSuccess = true;
    for (const registration of registrations) {
      if (registration.isRemoved) continue;
      if (!(await this.#call(registration, notification))) isSuccess = false;
    }
    return isSuccess;
  }

  #call({ handle }: Registration, notification: Notification): boolean | Promise<boolean> {
    try {
      const result = handle(notification);
      return isThenable(result) ? this.#awaitResult(result, notification) : true;
    } catch (error) {
      this.#onError(error, notification);
      return false;
    }
  }

  async #awaitResult(result: PromiseLike<unknown>, notification: Notification): Promise<boolean> {
    try {
      await result;
      return true;
    } catch (error) {
      this.#onError(error, notification);
      return false;
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}
