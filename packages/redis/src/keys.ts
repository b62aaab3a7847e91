import { createHash } from "node:crypto";
import { normalizeId } from "@graph-dtmf/models";

/**
 * The names of all keys of one call. They share the call's id as hash tag, so that a Cluster keeps them on one node,
 * where one script can use all of them.
 */
export interface CallKeys {
  /** The instances that wait in the call, and until when. */
  readonly waits: string;
  /** How the call ended. */
  readonly end: string;
  /** A stream of the keys that people pressed, encrypted. */
  readonly tones: string;
  /** One wait, with the operation that its outcome belongs to. */
  wait(clientContext: string): string;
  /** The end of an operation. */
  operation(operationId: string): string;
}

/** The names of the keys of a call, for any spelling of its id. */
export function callKeys(prefix: string, callId: string): CallKeys {
  const call = `${prefix}{${keyPart(normalizeId(callId))}}`;
  return {
    waits: `${call}:waits`,
    end: `${call}:end`,
    tones: `${call}:tones`,
    // An empty id gives a key that no script writes.
    wait: (clientContext) => `${call}:wait:${clientContext && keyPart(clientContext)}`,
    operation: (operationId) => `${call}:operation:${operationId && keyPart(normalizeId(operationId))}`,
  };
}

/**
 * The keys of leases: a sorted set of calls by expiry, a hash of holders, and a sorted set of ended calls by the time
 * until which their end is stored. They share a hash tag, so one node of a Cluster has all of them.
 */
export function leaseKeys(prefix: string): string[] {
  return ["due", "held", "ended"].map((name) => `${prefix}{leases}:${name}`);
}

/** The channel for messages to an instance. */
export function channelOf(prefix: string, instance: string): string {
  return `${prefix}to:${instance}`;
}

/** Ids from the network can be long and can contain braces, which mark hash tags in a Cluster. Such ids are hashed. */
function keyPart(text: string): string {
  return /^[\w.:@-]{1,128}$/.test(text) ? text : `#${createHash("sha256").update(text).digest("hex")}`;
}
