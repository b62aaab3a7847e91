import type { OperationKind, ResultInfo, SendDtmfCompletionReason } from "@graph-dtmf/models";

/** An operation as Graph writes it, with the properties in the documented order. */
export interface OperationResource {
  "@odata.type": `#microsoft.graph.${OperationKind}`;
  status: "running" | "completed" | "failed";
  completionReason?: SendDtmfCompletionReason;
  resultInfo?: ResultInfo & { "@odata.type": "#microsoft.graph.resultInfo" };
  clientContext?: string;
  id: string;
}

/** The properties that describe how an operation ended. */
export type OperationEnd = Pick<OperationResource, "status" | "completionReason" | "resultInfo">;

/** Returns a running operation, as the response to its request contains it. */
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

/** Returns the operation with its end, with the properties in the documented order. */
export function withEnd(operation: OperationResource, end: OperationEnd): OperationResource {
  const { "@odata.type": type, id, clientContext } = operation;
  return { "@odata.type": type, ...end, ...(clientContext !== undefined && { clientContext }), id };
}

/** Returns a result with the `@odata.type` that resources contain. */
export function toTypedResult(result: ResultInfo): NonNullable<OperationResource["resultInfo"]> {
  return { "@odata.type": "#microsoft.graph.resultInfo", ...result };
}
