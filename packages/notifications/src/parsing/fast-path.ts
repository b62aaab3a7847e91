import { type ChangeType, type OpenEnum, parseOperation } from "@graph-dtmf/models";
import { isRecord } from "@graph-dtmf/models/internal";
import type { OperationNotification } from "./notification.ts";
import { withinLimits } from "./read-operation.ts";
import { isUsualOperationPath, parseUsualOperationPath } from "./resource-path.ts";

const TYPE = "#microsoft.graph.sendDtmfTonesOperation";

/**
 * Reads what nearly all notifications are, an operation of `sendDtmfTones` under its documented path, with fewer steps
 * than the rules take, and to the same. `undefined` for every other.
 */
export function readUsualOperation(
  raw: Record<string, unknown>,
  changeType: OpenEnum<ChangeType> | undefined,
): OperationNotification | undefined {
  const { resourceUrl, resourceData } = raw;
  if (!isRecord(resourceData) || resourceData["@odata.type"] !== TYPE) return undefined;
  if (typeof resourceUrl !== "string" || !isUsualOperationPath(resourceUrl)) return undefined;
  const operation = parseOperation(resourceData);
  if (!operation) return undefined;
  const { callId, key } = parseUsualOperationPath(resourceUrl);
  return withinLimits({
    kind: "operation",
    callId,
    operationId: key,
    changeType: changeType ?? "updated",
    operation,
    raw,
  });
}
