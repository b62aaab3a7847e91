import {
  InvalidRequestError,
  InvalidTonesError,
  isSecretTones,
  isTone,
  parseTones,
  type SecretTones,
  type Tone,
  type ToneInfo,
} from "@graph-dtmf/models";
import { checkTones, INT32_MAX, isRecord } from "@graph-dtmf/models/internal";

/**
 * Tones in any of the forms that a bot has them in: keys (`"12#"`), a list of tones, the documentation's own
 * ToneInfo collection (played in the order of `sequenceId`), or secret tones.
 */
export type TonesInput = string | readonly Tone[] | readonly ToneInfo[] | SecretTones;

/** What sendDtmfTones is asked for. */
export interface SendDtmfTonesRequest {
  tones: TonesInput;
  /**
   * Milliseconds between two tones: an Int32, 0 or more. Sent only if given: Graph's own default is documented nowhere.
   */
  delayBetweenTonesMs?: number;
  /** Finds the operation again: 1 to 256 ASCII characters, unique among the call's pending operations. A random GUID if absent. */
  clientContext?: string;
}

/** The body of sendDtmfTones, without the clientContext that the watcher may make up. */
export interface SendDtmfTonesBody {
  tones: readonly Tone[];
  delayBetweenTonesMs?: number;
}

/** @see Graph v1.0, call: sendDtmfTones, `clientContext` */
const LONGEST_CONTEXT = 256;

/**
 * Checks what Graph would check, before anything is sent.
 *
 * @throws InvalidTonesError naming the position of what is no tone.
 * @throws InvalidRequestError for a delay that is no Int32 of 0 or more.
 */
export function sendDtmfTonesBody(request: SendDtmfTonesRequest): SendDtmfTonesBody {
  if (!isRecord(request)) throw new InvalidRequestError(`expected { tones, … }, got ${typeof request}`);
  const { delayBetweenTonesMs } = request;
  const tones = toTones(request.tones);
  if (tones.length === 0) throw new InvalidTonesError("expected at least one tone, got none");
  if (delayBetweenTonesMs === undefined) return { tones };
  if (!Number.isInteger(delayBetweenTonesMs) || delayBetweenTonesMs < 0 || delayBetweenTonesMs > INT32_MAX) {
    throw new InvalidRequestError(
      `delayBetweenTonesMs must be an integer from 0 to ${INT32_MAX}, got ${printable(delayBetweenTonesMs)}`,
    );
  }
  return { tones, delayBetweenTonesMs };
}

/** @throws InvalidRequestError unless it is absent or 1 to 256 printable ASCII characters. */
export function checkClientContext(clientContext: unknown): void {
  if (clientContext === undefined) return;
  if (typeof clientContext !== "string") {
    throw new InvalidRequestError(`clientContext must be a string, got ${typeof clientContext}`);
  }
  if (clientContext.length === 0 || clientContext.length > LONGEST_CONTEXT) {
    throw new InvalidRequestError(
      `clientContext must have 1 to ${LONGEST_CONTEXT} characters, got ${clientContext.length}`,
    );
  }
  const position = clientContext.search(/[^\x20-\x7e]/);
  if (position >= 0) throw new InvalidRequestError(`clientContext must be ASCII, which position ${position} is not`);
}

function toTones(tones: unknown): readonly Tone[] {
  if (typeof tones === "string") return parseTones(tones);
  if (isSecretTones(tones)) return checkTones([...tones.reveal()]);
  if (!Array.isArray(tones)) {
    throw new InvalidTonesError(
      `tones must be keys, a list of tones or ToneInfo, or secret tones, got ${typeof tones}`,
    );
  }
  // Read once, so that what was checked is what is sent, whatever a getter or a proxy says next. A hole becomes an element.
  const list: unknown[] = [...tones];
  return isRecord(list[0]) ? toneInfosInOrder(list) : checkTones(list);
}

function toneInfosInOrder(infos: readonly unknown[]): Tone[] {
  return infos
    .map((info, index) => {
      const { sequenceId, tone }: Record<string, unknown> = isRecord(info) ? info : {};
      if (!isTone(tone) || !Number.isSafeInteger(sequenceId)) {
        throw new InvalidTonesError(
          `no ToneInfo at position ${index}: expected { sequenceId: integer, tone: a tone of Graph's }`,
          index,
        );
      }
      return { sequenceId: sequenceId as number, tone };
    })
    .sort((one, other) => one.sequenceId - other.sequenceId)
    .map(({ tone }) => tone);
}

/** Only what cannot hold digits that matter is shown of a wrong value. */
function printable(value: unknown): string {
  return typeof value === "number" ? String(value) : typeof value;
}
