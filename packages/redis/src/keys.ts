import { createHash } from "node:crypto";
import { normalizeId } from "@graph-dtmf/models";

/**
 * The names of all that is kept of one call. They share a hash tag, the call's id, so that a Cluster keeps them on one
 * node, where one script reaches them all.
 */
export interface CallKeys {
  /** The instances that wait in the call, and until when. */
  readonly waits: string;
  /** How the call ended. */
  readonly end: string;
  /** Stream: the keys that people pressed, encrypted. */
  readonly tones: string;
  /** One wait, and of which operation the result came. */
  wait(clientContext: string): string;
  /** The end of this operation. */
  operation(operationId: string): string;
}

/** Names the keys of a call, under any spelling of its id. */
export function callKeys(prefix: string, callId: string): CallKeys {
  const call = `${prefix}{${keyPart(normalizeId(callId))}}`;
  return {
    waits: `${call}:waits`,
    end: `${call}:end`,
    tones: `${call}:tones`,
    // Where there is no id there is nothing to look up, and nothing to hash.
    wait: (clientContext) => `${call}:wait:${clientContext && keyPart(clientContext)}`,
    operation: (operationId) => `${call}:operation:${operationId && keyPart(normalizeId(operationId))}`,
  };
}

/**
 * What is kept of leases: a sorted set of calls by when each runs out, a hash of who holds it, and a sorted set of those
 * that were ended, by when that is forgotten. All on one node of a Cluster: each call asks for it every 15 minutes only.
 */
export function leaseKeys(prefix: string): string[] {
  return ["due", "held", "ended"].map((name) => `${prefix}{leases}:${name}`);
}

/** Where an instance is told what was put elsewhere: one channel for all that it waits for. */
export function channelOf(prefix: string, instance: string): string {
  return `${prefix}to:${instance}`;
}

/** What came over the network may be of any length and hold braces, which are hash tags to a Cluster. */
function keyPart(text: string): string {
  return /^[\w.:@-]{1,128}$/.test(text) ? text : `#${createHash("sha256").update(text).digest("hex")}`;
}
