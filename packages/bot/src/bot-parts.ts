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
import type { BotErrorListener } from "./report.ts";

/** What a bot wants to know however it is made. */
export interface BotDefaults {
  /** Where Graph posts notifications, for calls that are made or answered without another. */
  callbackUri?: string;
  /** The tenant of calls that are made without another. Default: the only one of `tenantIds`. */
  tenantId?: string;
  /** Hears what handlers throw, and what else failed where nobody waits for it. */
  onError?: BotErrorListener;
  /** Is given ids, counts and codes. With neither `onError` nor `logger`, errors go to the console. */
  logger?: Logger;
  /** Time, for tests. */
  clock?: Clock;
}

/** A bot of parts that were wired by hand, and that whoever wired them closes. */
export interface BotParts extends BotDefaults {
  dtmf: DtmfClient;
  receiver: NotificationReceiver;
  /** The tracker that both know. */
  operations: OperationTracker;
  /** The store that the tracker was given: through its leases a call is kept alive though the instance that did so is gone. */
  store?: Pick<OperationStore, "leases">;
}

/** A bot in one go: the options of its client, verifier, receiver and tracker side by side. */
export type BotOptions = BotDefaults &
  Omit<DtmfClientOptions, "operations"> &
  GraphCallingVerifierOptions &
  Omit<NotificationReceiverOptions, "verifier" | "operations" | keyof BotDefaults> &
  OperationTrackerOptions;

/** The parts, and what closes those that were made here. */
export interface WiredParts extends BotParts {
  closeParts(): Promise<void>;
}

/** @throws TypeError for options that cannot work. */
export function wireParts(options: BotParts | BotOptions): WiredParts {
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
