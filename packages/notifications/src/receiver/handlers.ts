import type { Notification } from "../parsing/notification.ts";

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
  isOff: boolean;
}

/** The handlers of a receiver, by kind. */
export class Handlers {
  /** Lists that are never changed, only replaced: whoever goes through one needs no copy of it. */
  readonly #byKind: Record<NotificationKind, readonly Registration[]> = {
    operation: [],
    tone: [],
    call: [],
    participants: [],
    unknown: [],
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
    // Sound: a registration under a kind is only ever given notifications of that kind.
    const registration = { handle: handler as Registration["handle"], isOff: false };
    this.#byKind[kind] = [...this.#byKind[kind], registration];
    return () => {
      registration.isOff = true;
      this.#byKind[kind] = this.#byKind[kind].filter((other) => other !== registration);
    };
  }

  has(kind: NotificationKind): boolean {
    return this.#byKind[kind].length > 0;
  }

  /** Calls the handlers of the notification's kind, and waits for none of them. Never throws. */
  tell(notification: Notification): void {
    for (const registration of this.#byKind[notification.kind]) {
      if (!registration.isOff) void this.#call(registration, notification);
    }
  }

  /**
   * Runs the handlers of the notification's kind one after the other. Neither throws nor rejects: it tells whether all
   * of them succeeded, at once where there is nothing to wait for.
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
      if (registration.isOff) continue;
      if (!(await this.#call(registration, notification))) isSuccess = false;
    }
    return isSuccess;
  }

  #call({ handle }: Registration, notification: Notification): boolean | Promise<boolean> {
    try {
      const handled = handle(notification);
      return isThenable(handled) ? this.#settled(handled, notification) : true;
    } catch (error) {
      this.#failed(error, notification);
      return false;
    }
  }

  async #settled(handled: PromiseLike<unknown>, notification: Notification): Promise<boolean> {
    try {
      await handled;
      return true;
    } catch (error) {
      this.#failed(error, notification);
      return false;
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}
