import { isRecord, toInteger, toText } from "./json-value.ts";
import { type Explanation, explanationOf } from "./result-codes.ts";

/**
 * The result of an operation or a call, in Graph's codes.
 *
 * @see Graph v1.0, resource type `resultInfo`
 */
export interface ResultInfo {
  /** The class of the result, as an HTTP status. 0 occurs for success. */
  code: number;
  /** The detailed result. 0 if Graph gave none. */
  subcode: number;
  /**
   * A text for people, with spelling mistakes and telephone numbers in it: do not compare it, and be careful about
   * logging it.
   */
  message?: string;
}

/**
 * Parses a `resultInfo`: codes as numbers or numeric strings, `subcode` or `subCode`. A subcode that is no number
 * becomes 0. Without a code the result is `undefined`.
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

/** What a {@link ResultInfo} means for operators of a bot. */
export interface ResultExplanation {
  /** By the code: 2xx and 0 are `success`, 4xx `client`, 5xx and all others `server`. */
  class: "success" | "client" | "server";
  /** One sentence for operators. */
  reason: string;
  /** Whether this result ends the call. False for an unknown pair of codes. */
  endsCall: boolean;
  /** Whether a repetition of the call or operation may succeed. It does not say whether tones were played. */
  retryable: boolean;
}

/**
 * Explains Graph's result codes in a plain sentence.
 *
 * It has explanations for the documented pairs and those that developers have reported; others are explained by
 * their class.
 *
 * @see Graph v1.0, call: delete, "Call end reason codes"; resource type `resultInfo`
 */
export function explainResultInfo(info: ResultInfo): ResultExplanation {
  const class_ = classOf(info.code);
  return { class: class_, ...(explanationOf(info.code, info.subcode) ?? unknownResult(class_, info)) };
}

function classOf(code: number): ResultExplanation["class"] {
  if (code === 0 || (code >= 200 && code < 300)) return "success";
  return code >= 400 && code < 500 ? "client" : "server";
}

function unknownResult(class_: ResultExplanation["class"], { code, subcode }: ResultInfo): Explanation {
  const codes = `code ${code}, subcode ${subcode}`;
  const reasons = {
    success: `The service reports success (${codes}).`,
    client: `The service refused the request (${codes}).`,
    server: `The service failed (${codes}).`,
  };
  return { reason: reasons[class_], endsCall: false, retryable: class_ === "server" };
}
