import type { OperationOutcome, StoredCallEnd } from "@graph-dtmf/models";
import { toText } from "@graph-dtmf/models/internal";
import { parseJson, parseStoredEvent } from "./stored-outcome.ts";

/** The state of a wait in Redis. */
export interface WaitState {
  /** The remaining time, in milliseconds. */
  leftMs: number | undefined;
  /** Graph's id of the operation that ended, else of the pending one; empty if unknown. The end is stored under it. */
  operationId: string;
  outcome: OperationOutcome | undefined;
  callEnd: Omit<StoredCallEnd, "type" | "callId"> | undefined;
}

/** Parses the reply of the script REGISTER_AND_READ for one wait. The caller may have its operation's id. */
export function parseWaitState(reply: unknown, askedId: string): WaitState {
  if (!Array.isArray(reply)) return { leftMs: undefined, operationId: askedId, outcome: undefined, callEnd: undefined };
  const [began, until, id = "", at, of = "", told, toldById, end, now] = reply.map(toText);
  const operationId = askedId || id;
  // A matching id proves that the outcome belongs to this wait. Without ids, times are compared.
  const isOurs = of === "" || operationId === "" || of === operationId;
  const isOfThisLife = numberOf(at) >= (numberOf(began) || 0) || (of !== "" && of === operationId);
  const isNamed = isOurs && isOfThisLife;
  const left = numberOf(until) - numberOf(now);
  return {
    leftMs: Number.isFinite(left) ? left : undefined,
    operationId: (isNamed && of) || operationId,
    outcome: (isNamed && outcomeIn(told)) || outcomeIn(toldById),
    callEnd: parseCallEnd(end),
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
