import { isRecord, type OperationOutcome, parseResultInfo, type StoredCallEnd, toText } from "@graph-dtmf/models";
import { readJson, readOutcome } from "./stored-outcome.ts";

/** What Redis knows of a wait. */
export interface Known {
  /** How long it will still last, in milliseconds. */
  leftMs: number | undefined;
  /** Graph's id of the operation that ended, else of the one that is waited for; empty while nobody has told it. */
  operationId: string;
  outcome: OperationOutcome | undefined;
  callEnd: Omit<StoredCallEnd, "type" | "callId"> | undefined;
}

/** Reads the reply of the script OPEN to one wait, whose operation's id the asker may know. */
export function readKnown(reply: unknown, askedId: string): Known {
  const [began, until, id = "", at, of = "", outcome, outcomeOfId, end, now] = (Array.isArray(reply) ? reply : []).map(
    toText,
  );
  const operationId = askedId || id;
  // By its operation's id a result is known to be of this life, whenever it came; by the time it seems to be.
  const isOurs = of === "" || operationId === "" || of === operationId;
  const isOfThisLife = numberOf(at) >= (numberOf(began) || 0) || (of !== "" && of === operationId);
  const named = isOurs && isOfThisLife ? readOutcome(readJson(outcome)) : undefined;
  const left = numberOf(until) - numberOf(now);
  return {
    leftMs: Number.isFinite(left) ? left : undefined,
    operationId: (named && of) || operationId,
    outcome: named ?? readOutcome(readJson(outcomeOfId)),
    callEnd: readEnd(end),
  };
}

/** How a call ended, as it is kept. */
export function readEnd(text: string | undefined): Known["callEnd"] {
  const end = readJson(text);
  if (!isRecord(end)) return undefined;
  const resultInfo = parseResultInfo(end.resultInfo);
  return resultInfo ? { resultInfo } : {};
}

function numberOf(text: string | undefined): number {
  return text === undefined ? Number.NaN : Number(text);
}
