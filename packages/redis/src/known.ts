import type { OperationOutcome, StoredCallEnd } from "@graph-dtmf/models";
import { toText } from "@graph-dtmf/models/internal";
import { readEvent, readJson } from "./stored-outcome.ts";

/** What Redis knows of a wait. */
export interface Known {
  /** How long it will still last, in milliseconds. */
  leftMs: number | undefined;
  /** Graph's id of the operation that ended, else of the one that is waited for; empty while nobody has told it. Its end is kept under it. */
  operationId: string;
  outcome: OperationOutcome | undefined;
  callEnd: Omit<StoredCallEnd, "type" | "callId"> | undefined;
}

/** Reads the reply of the script OPEN to one wait, whose operation's id the asker may know. */
export function readKnown(reply: unknown, askedId: string): Known {
  if (!Array.isArray(reply)) return { leftMs: undefined, operationId: askedId, outcome: undefined, callEnd: undefined };
  const [began, until, id = "", at, of = "", told, toldById, end, now] = reply.map(toText);
  const operationId = askedId || id;
  // By its operation's id a result is known to be of this life, whenever it came; by the time it seems to be.
  const isOurs = of === "" || operationId === "" || of === operationId;
  const isOfThisLife = numberOf(at) >= (numberOf(began) || 0) || (of !== "" && of === operationId);
  const isNamed = isOurs && isOfThisLife;
  const left = numberOf(until) - numberOf(now);
  return {
    leftMs: Number.isFinite(left) ? left : undefined,
    operationId: (isNamed && of) || operationId,
    outcome: (isNamed && outcomeIn(told)) || outcomeIn(toldById),
    callEnd: readEnd(end),
  };
}

/** How a call ended, as it is kept. */
export function readEnd(text: string | undefined): Known["callEnd"] {
  const event = readEvent(readJson(text));
  if (event?.type !== "callEnd") return undefined;
  return event.resultInfo ? { resultInfo: event.resultInfo } : {};
}

function outcomeIn(text: string | undefined): OperationOutcome | undefined {
  const event = readEvent(readJson(text));
  return event?.type === "completion" ? event.outcome : undefined;
}

function numberOf(text: string | undefined): number {
  return text === undefined ? Number.NaN : Number(text);
}
