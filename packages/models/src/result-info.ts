import { isRecord, toInteger, toText } from "./reading.ts";
import { type KnownResult, knownResult } from "./result-codes.ts";

/**
 * How an operation or a call ended, in Graph's codes.
 *
 * @see Graph v1.0, resource type `resultInfo`
 */
export interface ResultInfo {
  /** The class of the result, as an HTTP status; 0 occurs for success. */
  code: number;
  /** What exactly happened; 0 where Graph gave none. */
  subcode: number;
  /** A text for people, with typing errors and telephone numbers in it: never match on it, and mind where it is logged. */
  message?: string;
}

/**
 * Reads a `resultInfo` as it came: codes as numbers or numeric strings, `subcode` or `subCode`. A subcode that is no
 * number becomes 0; without a code there is nothing to read, and the result is `undefined`.
 */
export function parseResultInfo(value: unknown): ResultInfo | undefined {
  if (!isRecord(value)) return undefined;
  const code = toInteger(value.code);
  if (code === undefined) return undefined;
  const message = toText(value.message);
  return {
    code,
    subcode: toInteger(value.subcode ?? value.subCode) ?? 0,
    ...(message !== undefined && { message }),
  };
}

/** What a {@link ResultInfo} means to the people who run a bot. */
export interface ResultExplanation {
  /** By the code: 2xx and 0 are `success`, 4xx `client`, 5xx and whatever is none of these `server`. */
  class: "success" | "client" | "server";
  /** One sentence that an operator understands. */
  reason: string;
  /** Whether this result says that the call is over. False where nothing is known of the pair of codes. */
  endsCall: boolean;
  /** Whether the same call or operation may succeed when it is tried again. It says nothing on whether tones were played. */
  retryable: boolean;
}

/**
 * Explains Graph's result codes in a plain sentence.
 *
 * Knows the documented pairs and those that developers have reported; others are explained by their class alone.
 *
 * @see Graph v1.0, call: delete, "Call end reason codes"; resource type `resultInfo`
 */
export function explainResultInfo(info: ResultInfo): ResultExplanation {
  const class_ = classOf(info.code);
  return { class: class_, ...(knownResult(info.code, info.subcode) ?? unknownResult(class_, info)) };
}

function classOf(code: number): ResultExplanation["class"] {
  if (code === 0 || (code >= 200 && code < 300)) return "success";
  return code >= 400 && code < 500 ? "client" : "server";
}

function unknownResult(class_: ResultExplanation["class"], { code, subcode }: ResultInfo): KnownResult {
  const codes = `code ${code}, subcode ${subcode}`;
  const reasons = {
    success: `The service reports success (${codes}).`,
    client: `The service refused the request (${codes}).`,
    server: `The service failed (${codes}).`,
  };
  return { reason: reasons[class_], endsCall: false, retryable: class_ === "server" };
}
