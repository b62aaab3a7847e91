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
 * Tones in any of these forms: keys (`"12#"`), a list of tones, a ToneInfo collection as in Graph's documentation
 * (played in the order of `sequenceId`), or secret tones.
 */
export type TonesInput = string | readonly Tone[] | readonly ToneInfo[] | SecretTones;

/** The input of `sendDtmfTones`. */
export interface SendDtmfTonesRequest {
  tones: TonesInput;
  /**
   * Milliseconds between two tones: an Int32, 0 or more. Graph's default is not documented, so it is sent only if it is
   * given.
   */
  delayBetweenTonesMs?: number;
  /**
   * Identifies the operation in notifications: 1 to 256 ASCII characters, unique among the pending operations of the call.
   * Default: a random GUID.
   */
  clientContext?: string;
}

/** The body of sendDtmfTones without its clientContext. */
export interface SendDtmfTonesBody {
  tones: readonly Tone[];
  delayBetweenTonesMs?: number;
}

/**
 * Creates the body of sendDtmfTones. It checks what Graph would check, before anything is sent.
 *
 * @throws InvalidTonesError with the position of the first value that is not a tone.
 * @throws InvalidRequestError for a delay that is not an Int32 of 0 or more.
 */
export function createSendDtmfTonesBody(request: SendDtmfTonesRequest): SendDtmfTonesBody {
  if (!isRecord(request)) throw new InvalidRequestError(`the request must be { tones, … }, got ${typeof request}`);
  const { delayBetweenTonesMs } = request;
  const tones = toTones(request.tones);
  if (tones.length === 0) throw new InvalidTonesError("tones must have at least one tone, got none");
  if (delayBetweenTonesMs === undefined) return { tones };
  if (!Number.isInteger(delayBetweenTonesMs) || delayBetweenTonesMs < 0 || delayBetweenTonesMs > INT32_MAX) {
    throw new InvalidRequestError(
      `delayBetweenTonesMs must be an integer from 0 to ${INT32_MAX}, got ${describeValue(delayBetweenTonesMs)}`,
    );
  }
  return { tones, delayBetweenTonesMs };
}

function toTones(tones: unknown): readonly Tone[] {
  if (typeof tones === "string") return parseTones(tones);
  if (isSecretTones(tones)) return checkTones([...tones.reveal()]);
  if (!Array.isArray(tones)) {
    throw new InvalidTonesError(
      `tones must be a string of keys, an array of tones or ToneInfo, or secret tones, got ${typeof tones}`,
    );
  }
  // A copy: a getter or a proxy could return other values after the check. The copy also turns holes into undefined.
  const list: unknown[] = [...tones];
  return isRecord(list[0]) ? sortToneInfos(list) : checkTones(list);
}

function sortToneInfos(infos: readonly unknown[]): Tone[] {
  return infos
    .map((info, index) => {
      const { sequenceId, tone }: Record<string, unknown> = isRecord(info) ? info : {};
      if (!isTone(tone) || !Number.isSafeInteger(sequenceId)) {
        throw new InvalidTonesError(
          `tones[${index}] must be a ToneInfo: { sequenceId: an integer, tone: a tone of Graph }`,
          index,
        );
      }
      return { sequenceId: sequenceId as number, tone };
    })
    .sort((one, other) => one.sequenceId - other.sequenceId)
    .map(({ tone }) => tone);
}

/** A wrong delay for a message. Only a number is shown, because other values may contain digits that are secret. */
function describeValue(value: unknown): string {
  return typeof value === "number" ? String(value) : typeof value;
}
