import { formatTones } from "@graph-dtmf/models";
import type { Simulator } from "@graph-dtmf/simulator";
import type { Send } from "./workload.ts";

/** What the far end heard of a send: nothing, its beginning, or all of it; how often it began. */
export interface Heard {
  times: number;
  extent: "nothing" | "part" | "all";
}

/** A send, what was heard of it, and what is wrong with that. */
export interface Account {
  send: Send;
  heard: Heard;
  fault?: string;
}

/** Holds what the bot was told of its sends against what the far ends heard. */
export function accountFor(sends: readonly Send[], simulator: Simulator): Account[] {
  return [...new Set(sends.map(({ callId }) => callId))].flatMap((callId) => {
    const ofCall = sends.filter((send) => send.callId === callId);
    const heard = listen(ofCall, formatTones(simulator.call(callId).heard));
    return ofCall.map((send, index) => {
      const fault = faultOf(send, heard[index] as Heard);
      return { send, heard: heard[index] as Heard, ...(fault !== undefined && { fault }) };
    });
  });
}

/** Tells the sends of a call apart: each begins with a key of its own. */
function listen(sends: readonly Send[], heard: string): Heard[] {
  const keys = sends.map(({ tones }) => formatTones(tones));
  const whole = keys.map(() => 0);
  let rest = heard;
  // One that was over at once may stand in the middle of another, and is taken out first.
  for (let index = keys.findIndex((one) => rest.includes(one)); index >= 0; ) {
    rest = rest.replace(keys[index] as string, "");
    whole[index] = (whole[index] ?? 0) + 1;
    index = keys.findIndex((one) => rest.includes(one));
  }
  return keys.map((one, index) => {
    const parts = rest.split(one.charAt(0)).length - 1;
    const full = whole[index] ?? 0;
    return { times: full + parts, extent: full > 0 ? "all" : parts > 0 ? "part" : "nothing" };
  });
}

/** Says what is wrong with what the bot was told, in the light of what was heard; `undefined` if nothing is. */
function faultOf(send: Send, heard: Heard): string | undefined {
  const { answer, outcome } = send;
  if (heard.times > 1) return "played twice";
  if (send.astray !== undefined) return `an error of no kind that is documented: ${send.astray}`;
  if (answer === "none") return "no answer";
  if (answer === "refused") return heard.times === 0 ? undefined : "refused, and played";
  if (outcome === undefined) return "a wait without end";
  if (outcome.outcome === "completed" && heard.extent !== "all") return "told as played, and not heard in full";
  if (outcome.outcome === "canceled" && heard.extent === "all") return "told as not played in full, and heard in full";
  if (outcome.outcome === "callEnded" && !send.wasOver) return "told that the call has ended, and it has not";
  return undefined;
}
