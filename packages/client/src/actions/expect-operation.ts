import { randomUUID } from "node:crypto";
import type { OperationWatcher, PendingOperation } from "@graph-dtmf/models";
import { createNoWatcherError } from "../errors/errors.ts";
import type { MediaAction } from "./media-action.ts";
import type { RequestOptions } from "./request-options.ts";

/**
 * Registers the operation of a media action with the tracker. Without a tracker the request can still be sent, but
 * `completion()` rejects.
 */
export function expectOperation(
  operations: OperationWatcher | undefined,
  { callId, clientContext, expectedMs, kind }: MediaAction,
  { tenantId }: RequestOptions,
): PendingOperation {
  if (!operations) return createUntrackedOperation(clientContext ?? randomUUID());
  return operations.expect({
    callId,
    expectedMs,
    kind,
    ...(clientContext !== undefined && { clientContext }),
    ...(tenantId !== undefined && { tenantId }),
  });
}

function createUntrackedOperation(clientContext: string): PendingOperation {
  return {
    clientContext,
    accepted() {},
    deliveryUnknown() {},
    abandon() {},
    completion: () => Promise.reject(createNoWatcherError()),
  };
}
