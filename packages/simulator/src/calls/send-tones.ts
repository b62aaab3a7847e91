import { randomUUID } from "node:crypto";
import type { SendEnding } from "../faults/fault.ts";
import type { SendTonesBody } from "../schema/media-bodies.ts";
import {
  createOperation,
  type OperationEnd,
  type OperationResource,
  toTypedResult,
  withEnd,
} from "../schema/operation-resource.ts";
import type { CallSession } from "./call-session.ts";
import { playTones } from "./play-tones.ts";

/** What the operation says when it is over. */
const ENDS: Readonly<Record<"well" | "mediaOperationCanceled" | "unknown" | "failed", OperationEnd>> = {
  well: { status: "completed", completionReason: "completedSuccessfully" },
  mediaOperationCanceled: { status: "completed", completionReason: "mediaOperationCanceled" },
  unknown: { status: "completed", completionReason: "unknown" },
  failed: {
    status: "failed",
    completionReason: "unknown",
    resultInfo: toTypedResult({ code: 500, subcode: 9999, message: "The media service failed." }),
  },
};

/**
 * Begins to send tones: at once, or when what was asked of the call before is over.
 *
 * @returns the operation as the answer shows it.
 */
export function sendTones(call: CallSession, body: SendTonesBody, ending: SendEnding | undefined): OperationResource {
  const { tones, delayBetweenTonesMs, clientContext } = body;
  const operation = createOperation("sendDtmfTonesOperation", { id: randomUUID(), clientContext });
  if (ending === "atOnce") {
    // Whoever hears a tone may hang up: nothing follows it then.
    for (const tone of tones) if (!call.isOver) call.hear(tone);
    return call.keep(withEnd(operation, ENDS.well));
  }
  const end = ENDS[ending === undefined || ending === "never" ? "well" : ending];
  const heard = end === ENDS.well ? tones : tones.slice(0, Math.floor(tones.length / 2));
  const finish = (end: OperationEnd): void => {
    if (ending !== "never") call.finish(withEnd(operation, end));
  };
  call.media.add({
    start: (finished) =>
      playTones(call.clock, {
        tones: heard,
        delayBetweenTonesMs,
        heard: (tone) => call.hear(tone),
        finished() {
          finish(end);
          finished();
        },
      }),
    canceled: () => finish(ENDS.mediaOperationCanceled),
  });
  return call.keep(operation);
}
