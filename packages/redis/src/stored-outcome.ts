import { type OperationOutcome, parseOperation, parseResultInfo, type StoredEvent } from "@graph-dtmf/models";
import { isRecord, toText } from "@graph-dtmf/models/internal";

// Whoever else can write to this Redis can write anything: what comes from it is read like what comes from the network.

/** An outcome as Redis keeps it; `undefined` for what is none. */
export function readOutcome(value: unknown): OperationOutcome | undefined {
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
      return operation && { ...ENDINGS[value.outcome], operation };
    }
    default:
      return undefined;
  }
}

const ENDINGS = {
  completed: { outcome: "completed", played: "all" },
  canceled: { outcome: "canceled", played: "notAll" },
  failed: { outcome: "failed", played: "unknown" },
} as const;

/** An event as instances tell it to each other; `undefined` for what is none. */
export function readEvent(value: unknown): StoredEvent | undefined {
  if (!isRecord(value) || typeof value.callId !== "string") return undefined;
  const { type, callId } = value;
  if (type === "callEnd") {
    const resultInfo = parseResultInfo(value.resultInfo);
    return { type, callId, ...(resultInfo && { resultInfo }) };
  }
  const outcome = readOutcome(value.outcome);
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

/** The value of a JSON text; `undefined` where it is none. */
export function readJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Writes an outcome or an event, without the keys that an operation of a future Graph may carry: Redis is shared, and
 * read by people.
 */
export function writeJson(value: unknown): string {
  const text = JSON.stringify(value);
  // To look at every member costs more than all the rest, and no Graph of today has any of these.
  if (!SECRET.test(text)) return text;
  return JSON.stringify(value, (name, member) => (SECRETS.includes(name) ? undefined : member));
}

const SECRETS = ["tones", "toneInfo"];
const SECRET = /"tone(?:s|Info)"/;
