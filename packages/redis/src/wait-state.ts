import type { OperationOutcome, StoredCallEnd } from "@graph-dtmf/models";
import { toText } from "@graph-dtmf/models/internal";
import { parseJson, parseStoredEvent } from "./stored-event.ts";

/** The state of a wait in Redis. */
export interface WaitState {
  /** The remaining time, in milliseconds. */
  leftMs: number | undefined;
  /** Graph's id of the operation that ended, else of the pending one; empty if unknown. The end is stored under it. */
  operationId: string;
  outcome: OperationOutcome | undefined;
  callEnd: Omit<StoredCallEnd, "type" | "callId"> | undefined;
}

/** Parses the reply of the script REGISTER_AND_READ for one wait. `requestedId` is the id that the caller has, or empty. */
export function parseWaitState(reply: unknown, requestedId: string): WaitState {
  if (!Array.isArray(reply))
    return { leftMs: undefined, operationId: requestedId, outcome: undefined, callEnd: undefined };
  const [began, until, registeredId = "", endedAt, endedId = "", event, eventById, callEnd, now] = reply.map(toText);
  const operationId = requestedId || registeredId;
  // A matching id proves that the outcome belongs to this wait. Without ids, times are compared.
  const mayMatch = endedId === "" || operationId === "" || endedId === operationId;
  const isCurrent = numberOf(endedAt) >= (numberOf(began) || 0) || (endedId !== "" && endedId === operationId);
  const isOfThisWait = mayMatch && isCurrent;
  const left = numberOf(until) - numberOf(now);
  return {
    leftMs: Number.isFinite(left) ? left : undefined,
    operationId: (isOfThisWait && endedId) || operationId,
    outcome: (isOfThisWait && outcomeIn(event)) || outcomeIn(eventById),
    callEnd: parseCallEnd(callEnd),
  };
}

/** Parses how a call ended. */
export function parseCallEnd(text: string | undefined): WaitState["callEnd"] {
  const event = parseStoredEvent(parseJson(text));
  if (event?.type !== "callEnd") return undefined;
  return event.resultInfo ? { resultInfo: event.resultInfo } : {};
}

function outcomeIn(text: string | undefined): OperationOutcome | undefined {
  const event = parseStoredEvent(parseJson(text));
  return event?.type === "completion" ? event.outcome : undefined;
}

function numberOf(text: string | undefined): number {
  return text === undefined ? Number.NaN : Number(text);
}
