import type { OperationKind, ResultInfo, SendDtmfCompletionReason } from "@graph-dtmf/models";

/** An operation as Graph writes it, its members in the order of the documentation. */
export interface OperationResource {
  "@odata.type": `#microsoft.graph.${OperationKind}`;
  status: "running" | "completed" | "failed";
  completionReason?: SendDtmfCompletionReason;
  resultInfo?: ResultInfo & { "@odata.type": "#microsoft.graph.resultInfo" };
  clientContext?: string;
  id: string;
}

/** An operation's end, in the members that tell it. */
export type OperationEnd = Pick<OperationResource, "status" | "completionReason" | "resultInfo">;

/** An operation as the answer to its request shows it. */
export function createOperation(
  kind: OperationKind,
  { id, clientContext }: { id: string; clientContext?: string | undefined },
): OperationResource {
  return {
    "@odata.type": `#microsoft.graph.${kind}`,
    status: "running",
    ...(clientContext !== undefined && { clientContext }),
    id,
  };
}

/** The operation with its end told, in the order of the documentation. */
export function withEnd(operation: OperationResource, end: OperationEnd): OperationResource {
  const { "@odata.type": type, id, clientContext } = operation;
  return { "@odata.type": type, ...end, ...(clientContext !== undefined && { clientContext }), id };
}

/** A result with its type, as it stands in a resource. */
export function toTypedResult(result: ResultInfo): NonNullable<OperationResource["resultInfo"]> {
  return { "@odata.type": "#microsoft.graph.resultInfo", ...result };
}
