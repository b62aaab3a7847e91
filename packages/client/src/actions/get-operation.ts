import { type CommsOperation, DtmfError } from "@graph-dtmf/models";
import { operationAnswer } from "../delivery/classify-response.ts";
import { GraphRequestError } from "../errors/errors.ts";
import { performRequest, type RequestTools } from "./request.ts";
import { callPath, checkId } from "./resource-path.ts";
import type { RequestOptions } from "./sent-operation.ts";

/** What Graph may answer where it does not have this resource. */
const NOT_SUPPORTED = new Set([404, 405, 501]);

/** Asks for an operation, which Graph may not know how to answer. */
export async function getOperation(
  { callId, operationId }: { callId: string; operationId: string },
  tools: RequestTools,
  options?: RequestOptions,
): Promise<CommsOperation> {
  const path = callPath(callId, "operations", checkId("operationId", operationId));
  try {
    return await performRequest(
      { action: "getOperation", request: { method: "GET", path }, read: operationAnswer, idempotent: true, callId },
      tools,
      options,
    );
  } catch (error) {
    if (!(error instanceof GraphRequestError && NOT_SUPPORTED.has(error.status))) throw error;
    throw new DtmfError(
      "not_supported",
      `Graph does not tell operations (${error.status}): it says nothing about this one`,
      { cause: error },
    );
  }
}
