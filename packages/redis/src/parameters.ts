import type { OperationKey, StoredEvent } from "@graph-dtmf/models";
import { callKeys, channelOf } from "./keys.ts";
import type { ScriptParameters } from "./redis-client.ts";
import { writeJson } from "./stored-outcome.ts";

/** What is the same for all that one instance asks of the scripts. */
export interface Instance {
  id: string;
  prefix: string;
  ttlMs: number;
}

/** One wait, as the script OPEN takes it. */
export interface Registration {
  mode: "new" | "goesOn" | "again" | "resume" | "read";
  key: OperationKey;
  ageMs: number;
  leftMs: number;
  operationId: string;
}

/** Writes waits as the script OPEN reads them. */
export function openParameters({ id, prefix, ttlMs }: Instance, waits: readonly Registration[]): ScriptParameters {
  const keys: string[] = [];
  const texts = [id, String(ttlMs)];
  for (const { key, mode, ageMs, leftMs, operationId } of waits) {
    const of = callKeys(prefix, key.callId);
    keys.push(of.wait(key.clientContext), of.waits, of.operation(operationId), of.end);
    texts.push(mode, String(ageMs), String(leftMs), operationId);
  }
  return { keys, arguments: texts };
}

/** One event, as the script PUT takes it. */
export interface PutItem extends ScriptParameters {
  callId: string;
}

/** Writes an event as the script PUT reads it. */
export function putItem(prefix: string, event: StoredEvent): PutItem {
  const { callId } = event;
  const keys = callKeys(prefix, callId);
  if (event.type === "callEnd") {
    const kept = writeJson({ resultInfo: event.resultInfo });
    return { callId, keys: [keys.wait(""), keys.waits, keys.end], arguments: ["0", "1", "", kept, writeJson(event)] };
  }
  const { outcome, ...names } = event;
  const { clientContext, operationId = "" } = names;
  const kept = writeJson(outcome);
  // The outcome is most of the event, and is written already.
  const told = `${JSON.stringify(names).slice(0, -1)},"outcome":${kept}}`;
  const [isNamed, isRecognised] = [clientContext === undefined ? "0" : "1", operationId === "" ? "0" : "1"];
  return {
    callId,
    keys: [keys.wait(clientContext ?? ""), keys.waits, keys.operation(operationId)],
    arguments: [isNamed, isRecognised, operationId, kept, told],
  };
}

/** Puts together what the script PUT takes in one call. */
export function putParameters({ id, prefix, ttlMs }: Instance, items: readonly PutItem[]): ScriptParameters {
  return {
    keys: items.flatMap(({ keys }) => keys),
    arguments: [id, String(ttlMs), channelOf(prefix, ""), ...items.flatMap((item) => item.arguments)],
  };
}
