import { isRecord, type OpenEnum, openMemberOf, setOrDelete, toText } from "./json-value.ts";
import { normalizeId } from "./normalize-id.ts";
import { parseResultInfo, type ResultInfo } from "./result-info.ts";
import { parseToneInfo, type ToneInfo } from "./tone-info.ts";

/** @see Graph v1.0 schema, enum `callState`. `ringing` is in the documentation and in beta only. */
export type CallState =
  | "incoming"
  | "establishing"
  | "ringing"
  | "established"
  | "hold"
  | "transferring"
  | "transferAccepted"
  | "redirecting"
  | "terminating"
  | "terminated"
  | "unknownFutureValue";

const STATES: readonly CallState[] = [
  "incoming",
  "establishing",
  "ringing",
  "established",
  "hold",
  "transferring",
  "transferAccepted",
  "redirecting",
  "terminating",
  "terminated",
  "unknownFutureValue",
];

const DIRECTIONS = ["incoming", "outgoing"] as const;

/**
 * A call, with the members that graph-dtmf uses. All other members are kept as received.
 *
 * @see Graph v1.0, resource type `call`
 */
export interface Call {
  /** Empty if Graph sent none: many notifications have the id only in their URL. */
  id: string;
  state?: OpenEnum<CallState>;
  /** Why the call ended. Present in its last notification. */
  resultInfo?: ResultInfo;
  tenantId?: string;
  callbackUri?: string;
  direction?: OpenEnum<"incoming" | "outgoing">;
  /** Identifies a call across transfers. Microsoft's support needs it. */
  callChainId?: string;
  /** `null` in responses, absent or an object in updates. An object without a documented tone is kept as received. */
  toneInfo?: ToneInfo | null;
  [member: string]: unknown;
}

/**
 * Parses a call in any of Graph's spellings: state, direction and tone in any letter case, the state also as
 * `callState`, codes also as strings. Unknown members and values are kept. Returns `undefined` if `value` is no
 * object.
 */
export function parseCall(value: unknown): Call | undefined {
  if (!isRecord(value)) return undefined;
  const call: Record<string, unknown> = { ...value };
  call.id = normalizeId(toText(value.id) ?? "");
  const state = openMemberOf(STATES, value.state) ?? openMemberOf(STATES, value.callState);
  if (state !== value.state) setOrDelete(call, "state", state);
  const direction = openMemberOf(DIRECTIONS, value.direction);
  if (direction !== value.direction) setOrDelete(call, "direction", direction);
  if (value.resultInfo !== undefined) setOrDelete(call, "resultInfo", parseResultInfo(value.resultInfo));
  // A value that is no tone is kept as received.
  const toneInfo = parseToneInfo(value.toneInfo);
  if (toneInfo) call.toneInfo = toneInfo;
  return call as Call;
}
