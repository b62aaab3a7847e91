import { type OperationOutcome, parseOperation, parseResultInfo, type StoredEvent } from "@graph-dtmf/models";
import { isRecord, toText } from "@graph-dtmf/models/internal";

// Every client of this Redis can write anything, so its data is parsed like data from the network.

/** Parses a stored outcome. `undefined` if it is invalid. */
export function parseOutcome(value: unknown): OperationOutcome | undefined {
  if (!isRecord(value)) return undefined;
  switch (value.outcome) {
    case "callEnded": {
      const resultInfo = parseResultInfo(value.resultInfo);
      return { outcome: "callEnded", played: "unknown", ...(resultInfo && { resultInfo }) };
    }
    case "timedOut":
      return { outcome: "timedOut", played: "unknown" };
    case "completed":
    case "canceled":
    case "failed": {
      const operation = parseOperation(value.operation);
      return operation && { ...OUTCOMES[value.outcome], operation };
    }
    default:
      return undefined;
  }
}

const OUTCOMES = {
  completed: { outcome: "completed", played: "all" },
  canceled: { outcome: "canceled", played: "notAll" },
  failed: { outcome: "failed", played: "unknown" },
} as const;

/** Parses an event that instances share. `undefined` if it is invalid. */
export function parseStoredEvent(value: unknown): StoredEvent | undefined {
  if (!isRecord(value) || typeof value.callId !== "string") return undefined;
  const { type, callId } = value;
  if (type === "callEnd") {
    const resultInfo = parseResultInfo(value.resultInfo);
    return { type, callId, ...(resultInfo && { resultInfo }) };
  }
  const outcome = parseOutcome(value.outcome);
  const clientContext = toText(value.clientContext);
  const operationId = toText(value.operationId);
  if (type !== "completion" || !outcome || (clientContext ?? operationId) === undefined) return undefined;
  return {
    type,
    callId,
    ...(clientContext !== undefined && { clientContext }),
    ...(operationId !== undefined && { operationId }),
    outcome,
  };
}

/** The value of a JSON text. `undefined` if it is invalid. */
export function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Formats an outcome or an event as JSON. Members that could contain tones are left out, because the data in Redis is
 * not encrypted. No operation of Graph has such members today.
 */
export function stringifyWithoutTones(value: unknown): string {
  const text = JSON.stringify(value);
  // Today's operations have none of these members and need no filter.
  if (!TONE_MEMBER.test(text)) return text;
  return JSON.stringify(value, (name, member) => (TONE_MEMBERS.includes(name) ? undefined : member));
}

const TONE_MEMBERS = ["tones", "toneInfo"];
const TONE_MEMBER = /"tone(?:s|Info)"/;
