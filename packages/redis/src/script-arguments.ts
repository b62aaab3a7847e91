import type { StoredEvent } from "@graph-dtmf/models";
import { callKeys, channelOf } from "./keys.ts";
import type { NamedWait } from "./open-waits.ts";
import type { ScriptParameters } from "./redis-client.ts";
import { stringifyWithoutTones } from "./stored-event.ts";

/** The settings of one instance that all scripts need. */
export interface Instance {
  id: string;
  prefix: string;
  ttlMs: number;
}

/** What the script REGISTER_AND_READ does with one wait. */
export interface Registration {
  mode: "new" | "update" | "restore" | "resume" | "read";
  wait: NamedWait;
  ageMs: number;
  leftMs: number;
  operationId: string;
}

/** Formats waits as arguments of the script REGISTER_AND_READ. */
export function toRegisterArguments({ id, ttlMs }: Instance, waits: readonly Registration[]): ScriptParameters {
  const keys: string[] = [];
  const texts = [id, String(ttlMs)];
  for (const { mode, wait, ageMs, leftMs, operationId } of waits) {
    keys.push(wait.name, wait.keys.waits, wait.keys.operation(operationId), wait.keys.end);
    texts.push(mode, String(ageMs), String(leftMs), operationId);
  }
  return { keys, arguments: texts };
}

/** One event as arguments of the script PUT_AND_PUBLISH. */
export interface PutItem {
  callId: string;
  keys: readonly [wait: string, waits: string, stored: string];
  arguments: readonly [isNamed: "0" | "1", operationId: string, event: string];
}

/** Formats an event for the script PUT_AND_PUBLISH. */
export function toPutItem(prefix: string, event: StoredEvent): PutItem {
  const { callId } = event;
  const keys = callKeys(prefix, callId);
  const text = stringifyWithoutTones(event);
  if (event.type === "callEnd") {
    return { callId, keys: [keys.end, keys.waits, keys.end], arguments: ["0", "end", text] };
  }
  const { clientContext, operationId = "" } = event;
  const stored = keys.operation(operationId);
  return {
    callId,
    keys: [clientContext === undefined ? stored : keys.wait(clientContext), keys.waits, stored],
    arguments: [clientContext === undefined ? "0" : "1", operationId, text],
  };
}

/** Combines events into the arguments of one call of PUT_AND_PUBLISH. */
export function toPutArguments({ id, prefix, ttlMs }: Instance, items: readonly PutItem[]): ScriptParameters {
  const keys: string[] = [];
  const texts = [id, String(ttlMs), channelOf(prefix, "")];
  for (const item of items) {
    keys.push(...item.keys);
    texts.push(...item.arguments);
  }
  return { keys, arguments: texts };
}
