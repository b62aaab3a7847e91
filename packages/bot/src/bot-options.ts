import { createDtmfClient, type DtmfClient, type DtmfClientOptions } from "@graph-dtmf/client";
import type { Clock, Logger, OperationStore } from "@graph-dtmf/models";
import {
  createGraphCallingVerifier,
  createNotificationReceiver,
  createOperationTracker,
  type GraphCallingVerifierOptions,
  type NotificationReceiver,
  type NotificationReceiverOptions,
  type OperationTracker,
  type OperationTrackerOptions,
} from "@graph-dtmf/notifications";
import type { BotErrorListener } from "./error-reporter.ts";

/** Options of every bot. */
export interface BotDefaults {
  /** Where Graph posts notifications, for calls without a `callbackUri` of their own. */
  callbackUri?: string;
  /** The tenant of calls without a `tenantId` of their own. Default: the only one of `tenantIds`. */
  tenantId?: string;
  /** Called with the errors of handlers, and with failures that reject no promise of the caller. */
  onError?: BotErrorListener;
  /** Its entries contain ids, counts and codes. With neither `onError` nor `logger`, errors go to the console. */
  logger?: Logger;
  /** Replaces the system clock in tests. */
  clock?: Clock;
}

/** A bot made of existing parts. `bot.close()` does not close them. */
export interface BotParts extends BotDefaults {
  dtmf: DtmfClient;
  receiver: NotificationReceiver;
  /** The tracker that client and receiver use. */
  operations: OperationTracker;
  /** The store of the tracker. Its leases allow other instances to take over the keepAlive of a stopped instance. */
  store?: Pick<OperationStore, "leases">;
}

/** A bot that creates its parts: the options of client, verifier, receiver and tracker in one object. */
export type BotOptions = BotDefaults &
  Omit<DtmfClientOptions, "operations"> &
  GraphCallingVerifierOptions &
  Omit<NotificationReceiverOptions, "verifier" | "operations" | keyof BotDefaults> &
  OperationTrackerOptions;

/** The parts, and a function that closes those that `createParts` created. */
interface CreatedParts extends BotParts {
  closeParts(): Promise<void>;
}

/**
 * Returns the existing parts, or creates them.
 *
 * @throws TypeError for invalid options.
 */
export function createParts(options: BotParts | BotOptions): CreatedParts {
  if ("dtmf" in options) return { ...options, closeParts: async () => {} };
  const operations = createOperationTracker(options);
  const dtmf = createDtmfClient({ ...options, operations });
  const verifier = createGraphCallingVerifier(options);
  const receiver = createNotificationReceiver({ ...options, verifier, operations });
  const [tenantId, ...others] = options.tenantIds === "any" ? [] : options.tenantIds;
  return {
    ...(tenantId !== undefined && others.length === 0 && { tenantId }),
    ...options,
    operations,
    dtmf,
    receiver,
    async closeParts() {
      await receiver.drain();
      await Promise.all([dtmf.close(), operations.close()]);
    },
  };
}
