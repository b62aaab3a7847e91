import { type CommsOperation, DtmfError } from "@graph-dtmf/models";
import { readOperation } from "../delivery/response-readers.ts";
import { GraphRequestError } from "../errors/errors.ts";
import { performRequest, type RequestContext } from "./perform-request.ts";
import type { RequestOptions } from "./request-options.ts";
import { encodeId, toCallPath } from "./resource-path.ts";

/** The statuses with which Graph may answer if it does not provide this resource. */
const NOT_SUPPORTED = new Set([404, 405, 501]);

/**
 * Gets an operation.
 *
 * @throws DtmfError `not_supported` if Graph does not provide operations.
 */
export async function getOperation(
  { callId, operationId }: { callId: string; operationId: string },
  context: RequestContext,
  options?: RequestOptions,
): Promise<CommsOperation> {
  const path = toCallPath(callId, "operations", encodeId("operationId", operationId));
  try {
    return await performRequest(
      { action: "getOperation", request: { method: "GET", path }, read: readOperation, idempotent: true, callId },
      context,
      options,
    );
  } catch (error) {
    if (!(error instanceof GraphRequestError && NOT_SUPPORTED.has(error.status))) throw error;
    throw new DtmfError(
      "not_supported",
      `Graph does not provide operations (status ${error.status}): use completion() instead`,
      { cause: error },
    );
  }
}
