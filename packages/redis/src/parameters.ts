import type { StoredEvent } from "@graph-dtmf/models";
import { callKeys, channelOf } from "./keys.ts";
import type { NamedWait } from "./open-waits.ts";
import type { ScriptParameters } from "./redis-client.ts";
import { writeJson } from "./stored-outcome.ts";

/** What is the same for all that one instance asks of the scripts. */
export interface Instance {
  id: string;
  prefix: string;
  ttlMs: number;
}

/** What the script OPEN is to do with one wait. */
export interface Registration {
  mode: "new" | "goesOn" | "again" | "resume" | "read";
  wait: NamedWait;
  ageMs: number;
  leftMs: number;
  operationId: string;
}

/** Writes waits as the script OPEN reads them. */
export function openParameters({ id, ttlMs }: Instance, waits: readonly Registration[]): ScriptParameters {
  const keys: string[] = [];
  const texts = [id, String(ttlMs)];
  for (const { mode, wait, ageMs, leftMs, operationId } of waits) {
    keys.push(wait.name, wait.keys.waits, wait.keys.operation(operationId), wait.keys.end);
    texts.push(mode, String(ageMs), String(leftMs), operationId);
  }
  return { keys, arguments: texts };
}

/** One event, as the script PUT takes it. */
export interface PutItem {
  callId: string;
  keys: readonly [wait: string, waits: string, kept: string];
  arguments: readonly [isNamed: "0" | "1", operationId: string, event: string];
}

/** Writes an event as the script PUT reads it. */
export function putItem(prefix: string, event: StoredEvent): PutItem {
  const { callId } = event;
  const keys = callKeys(prefix, callId);
  const text = writeJson(event);
  if (event.type === "callEnd") {
    return { callId, keys: [keys.end, keys.waits, keys.end], arguments: ["0", "end", text] };
  }
  const { clientContext, operationId = "" } = event;
  const kept = keys.operation(operationId);
  return {
    callId,
    keys: [clientContext === undefined ? kept : keys.wait(clientContext), keys.waits, kept],
    arguments: [clientContext === undefined ? "0" : "1", operationId, text],
  };
}

/** Puts together what the script PUT takes in one call. */
export function putParameters({ id, prefix, ttlMs }: Instance, items: readonly PutItem[]): ScriptParameters {
  const keys: string[] = [];
  const texts = [id, String(ttlMs), channelOf(prefix, "")];
  for (const item of items) {
    keys.push(...item.keys);
    texts.push(...item.arguments);
  }
  return { keys, arguments: texts };
}
