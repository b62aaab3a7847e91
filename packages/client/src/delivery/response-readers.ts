import { type Call, type CommsOperation, parseCall, parseOperation } from "@graph-dtmf/models";
import { isNonEmptyText, isRecord } from "@graph-dtmf/models/internal";

/** Reads the body of a 2xx response. Returns `undefined` if the body is not the expected resource. */
export type ResponseReader<T> = (body: unknown) => T | undefined;

/** Reads an operation that has an id: the response to a media action. */
export const readOperation: ResponseReader<CommsOperation> = (body) =>
  isRecord(body) && isNonEmptyText(body.id) ? parseOperation(body) : undefined;

/** Reads a call that has an id: the response to createCall and getCall. */
export const readCall: ResponseReader<Call> = (body) =>
  isRecord(body) && isNonEmptyText(body.id) ? parseCall(body) : undefined;

/** Accepts any body: the response to requests without a result. */
export const acceptAnyBody: ResponseReader<true> = () => true;
