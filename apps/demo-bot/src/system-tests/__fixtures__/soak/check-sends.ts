import { formatTones } from "@graph-dtmf/models";
import type { Simulator } from "@graph-dtmf/simulator";
import type { Send } from "./workload.ts";

/** What the far end received of a send: how often its tones began, and how many of them came. */
interface ReceivedTones {
  times: number;
  extent: "nothing" | "part" | "all";
}

/** A send, what the far end received of it, and the contradiction between the two, if any. */
export interface CheckedSend {
  send: Send;
  received: ReceivedTones;
  problem?: string;
}

/** Compares the results that the bot got for its sends with the tones that the far ends received. */
export function checkSends(sends: readonly Send[], simulator: Simulator): CheckedSend[] {
  return [...new Set(sends.map(({ callId }) => callId))].flatMap((callId) => {
    const ofCall = sends.filter((send) => send.callId === callId);
    const received = splitReceivedKeys(ofCall, formatTones(simulator.call(callId).heard));
    return ofCall.map((send, index) => {
      const problem = findProblem(send, received[index] as ReceivedTones);
      return { send, received: received[index] as ReceivedTones, ...(problem !== undefined && { problem }) };
    });
  });
}

/** Assigns the keys that a call received to its sends. Each send of a call begins with a different key. */
function splitReceivedKeys(sends: readonly Send[], received: string): ReceivedTones[] {
  const keys = sends.map(({ tones }) => formatTones(tones));
  const complete = keys.map(() => 0);
  let rest = received;
  // The simulator plays the tones of an `atOnce` operation at once, in the middle of another send. Complete sends are
  // removed first.
  for (let index = keys.findIndex((one) => rest.includes(one)); index >= 0; ) {
    rest = rest.replace(keys[index] as string, "");
    complete[index] = (complete[index] ?? 0) + 1;
    index = keys.findIndex((one) => rest.includes(one));
  }
  return keys.map((one, index) => {
    const parts = rest.split(one.charAt(0)).length - 1;
    const full = complete[index] ?? 0;
    return { times: full + parts, extent: full > 0 ? "all" : parts > 0 ? "part" : "nothing" };
  });
}

/** The contradiction between the result of a send and the received tones, or undefined. */
function findProblem(send: Send, received: ReceivedTones): string | undefined {
  const { response, outcome } = send;
  if (received.times > 1) return "played twice";
  if (send.undocumentedError !== undefined) return `an undocumented error: ${send.undocumentedError}`;
  if (response === "none") return "no response";
  if (response === "refused") return received.times === 0 ? undefined : "reported as refused, but played";
  if (outcome === undefined) return "the completion is still pending";
  if (outcome.outcome === "completed" && received.extent !== "all")
    return "reported as played, but not received in full";
  if (outcome.outcome === "canceled" && received.extent === "all")
    return "reported as not played in full, but received in full";
  if (outcome.outcome === "callEnded" && !send.callHadEnded) return "reported as call ended, but the call is active";
  return undefined;
}
