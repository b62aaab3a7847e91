import { parseCall } from "@graph-dtmf/models";
import type { Entry } from "./entry.ts";
import type { CallNotification, ToneNotification } from "./notification.ts";
import { LONGEST_ID, type ResourcePath } from "./resource-path.ts";

/** Reads a call that is known to be one: a tone if somebody pressed a key; `undefined` if it is nowhere named. */
export function readCall(
  entry: Entry,
  data: Record<string, unknown>,
  path: ResourcePath | undefined,
): CallNotification | ToneNotification | undefined {
  const call = parseCall(data);
  if (!call) return undefined;
  const namedId = path?.callId ?? "";
  const callId = entry.packs === "one" ? namedId || call.id : call.id || namedId;
  if (callId === "" || callId.length > LONGEST_ID) return undefined;
  if (call.id === "") call.id = callId;
  const changeType = entry.changeType ?? "updated";
  // What cannot be read as a tone is handed on as it came.
  const { toneInfo } = call;
  if (!toneInfo || toneInfo === data.toneInfo) return { kind: "call", callId, changeType, call, raw: entry.raw };
  return { kind: "tone", callId, changeType, toneInfo, call, raw: entry.raw };
}
