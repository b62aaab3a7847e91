import { parseOperation } from "@graph-dtmf/models";
import type { Entry } from "./entry.ts";
import type { OperationNotification } from "./notification.ts";
import { LONGEST_ID, parseResourcePath, type ResourcePath } from "./resource-path.ts";

/** Reads an operation that is known to be one. Its id, where neither path nor body has one, is empty. */
export function readOperation(
  entry: Entry,
  data: Record<string, unknown>,
  path: ResourcePath,
): OperationNotification | undefined {
  const operation = parseOperation(data);
  if (!operation) return undefined;
  const namedId = keyOf(path) || keyOf(parseResourcePath(data["@odata.id"]));
  const operationId = entry.packs === "one" ? namedId || operation.id : operation.id || namedId;
  return withinLimits({
    kind: "operation",
    callId: path.callId,
    operationId,
    changeType: entry.changeType ?? "updated",
    operation,
    raw: entry.raw,
  });
}

/** Gives the operation an id if it has none of its own; `undefined` if an id is longer than {@link LONGEST_ID}. */
export function withinLimits(notification: OperationNotification): OperationNotification | undefined {
  const { operation, operationId } = notification;
  if (operation.id === "") operation.id = operationId;
  const longest = Math.max(operationId.length, operation.id.length, operation.clientContext?.length ?? 0);
  return longest > LONGEST_ID ? undefined : notification;
}

function keyOf(path: ResourcePath | undefined): string {
  return path?.collection === "operations" && path.key !== undefined ? path.key : "";
}
