import { isRecord, normalizeId, type OpenEnum, openMemberOf, put, toText } from "./reading.ts";
import { parseResultInfo, type ResultInfo } from "./result-info.ts";
import { parseToneInfo, type ToneInfo } from "./tone-info.ts";

/** @see Graph v1.0 schema, enum `callState`; `ringing` is in the documentation and in beta only. */
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
 * A call, as far as bots that press keys need it; members that are not named here are kept as they came.
 *
 * @see Graph v1.0, resource type `call`
 */
export interface Call {
  /** Empty where Graph sent none: notifications often carry it in their URL only. */
  id: string;
  state?: OpenEnum<CallState>;
  /** Why the call ended; present in its last notification. */
  resultInfo?: ResultInfo;
  tenantId?: string;
  callbackUri?: string;
  direction?: OpenEnum<(typeof DIRECTIONS)[number]>;
  /** Follows a call through transfers: what Microsoft's support asks for. */
  callChainId?: string;
  /** Explicitly null in answers, absent or an object in updates. An object without a tone that we know is kept as it came. */
  toneInfo?: ToneInfo | null;
  [member: string]: unknown;
}

/**
 * Reads a call in any of Graph's spellings: state, direction and tone in any letter case, the state under its old name
 * `callState` too, codes as strings. What it does not know it keeps. `undefined` if `value` is no object.
 */
export function parseCall(value: unknown): Call | undefined {
  if (!isRecord(value)) return undefined;
  // A copy of all, of which little ever changes, takes a tenth of the time of one that is put together.
  const call: Record<string, unknown> = { ...value };
  call.id = normalizeId(toText(value.id) ?? "");
  const state = openMemberOf(STATES, value.state) ?? openMemberOf(STATES, value.callState);
  if (state !== value.state) put(call, "state", state);
  const direction = openMemberOf(DIRECTIONS, value.direction);
  if (direction !== value.direction) put(call, "direction", direction);
  if (value.resultInfo !== undefined) put(call, "resultInfo", parseResultInfo(value.resultInfo));
  // What cannot be read as a tone is kept as it came.
  const toneInfo = parseToneInfo(value.toneInfo);
  if (toneInfo) call.toneInfo = toneInfo;
  return call as Call;
}
